// Package auth answers: who may come in?
//
// It holds the owner's TOTP secret, lets visitors in with its codes, keeps
// their sessions, and guards pages and sockets. This text is its security
// policy: what it does, with the numbers, and the attack that each part stops.
// TOTP is the only factor, so guessing is the first of them.
//
// # Codes
//
// A code is TOTP by RFC 6238 with SHA-1, six digits and 30 seconds, which every
// authenticator can do. A new secret has 160 random bits; one with fewer than
// 128 is refused.
//
//   - The code of the current step, the one before and the one after are good;
//     phones and servers disagree by so much. All three are computed and
//     compared in constant time, whatever the input.
//   - Input is six ASCII digits after spaces are taken out. Anything else is a
//     failure: no other spelling of a code exists.
//   - A step works once, over all servers that share a Redis: only a step after
//     the last used one is accepted, decided and remembered by one script.
//     The code that confirmed the enrolment counts as used. Against codes read
//     over a shoulder, and against two people sharing one.
//   - A Redis that was started anew, or another one in its place (a promoted
//     replica), may lack the last seconds, and counters that are new lack it all.
//     The run id tells, and then every code of the last window in which one may
//     have been used counts as used: that of this moment, unless a server can
//     testify when the run before ended. Nothing is looked at or charged until
//     there are others, a minute at most: right or wrong, in whatever number and
//     from whichever device, the answer is 503 with Retry-After and the advice to
//     wait for the next code. A server finds out when Redis answers again, so that
//     this minute runs before somebody comes. When it can be spared stands under
//     "When Redis fails". Each server also remembers the last steps that it
//     accepted itself.
//   - When the last used step lies more than two steps ahead, the clock was set
//     back. Then each step that was not used itself is good, and the log says
//     so. Against locking the owner out until the clock catches up.
//   - Codes are read from the body of a POST, 4 KiB at most, in a field that is
//     there exactly once. Never from an address, which histories and logs keep.
//
// # The login
//
// Login takes these steps in this order: client address, charge, codes, used
// steps, session, device, cookies, redirect. Nothing of a code is looked at
// before the attempt is paid for.
//
//   - Wrong, malformed and used codes get the same answer, 401 with the same
//     page, by the same way through the same scripts. A guesser cannot tell a
//     code that was right a moment ago. Only three wrong codes are answered
//     sooner than three used ones: they pay nothing, so a flood of them would
//     ask Redis for nothing, and who has three used codes knows them already.
//   - A source that failed too often gets 429 and Retry-After, and an attempt
//     with too few codes gets the page that asks for more. In both cases no
//     code is looked at, so that a right one gets the same answer.
//   - A success refunds its own charge and no other. The set-up wizard's
//     confirmation is charged to its source.
//   - After two failures of one source or device the page shows the server's
//     time, for people whose clock is wrong.
//   - The source is the socket's address. X-Forwarded-For counts only from
//     trusted proxies, and only its right-most untrusted entry; see ClientAddr.
//     Against a new address in each request.
//   - next leads to a path of this server or to its home; see SafeNext.
//     Against login links that end on a page which asks for the code again.
//
// # How often one may guess
//
// Three codes are good at any moment, so one guess at a single code hits with
// probability 3e-6, a pair of consecutive codes with 3e-12, three with 3e-18.
// Throttling by address alone cannot hold: ten thousand addresses with five
// tries each have a chance of 14 % at once. So package limit counts all unknown
// devices together, and no number of addresses buys a guess more:
//
//   - Single codes: 180 a year and 20 at once, so 200 in the first year.
//     200 * 3e-6 = 6.0e-4.
//   - When those are used up, two codes in a row, in one POST: the newest in
//     the window, the other right before it, both used up by it (RFC 4226
//     section 7.4). Three a second, 94.6 million a year. 9.5e7 * 3e-12 = 2.8e-4.
//   - When those are used up as well, three codes in a row, without a limit: a
//     thousand a second for a year have a chance of 1e-7.
//   - Each source and each network is throttled besides, which keeps one
//     attacker from moving the level for everybody: 5 failures in 15 minutes,
//     then an hour's block, four hours, a day; at most 20 failures a day.
//   - A device that logged in before is trusted: a cookie of 256 random bits,
//     of which Redis has only the hash, for 180 days, 50 at most, new with each
//     login, kept at logout, dead with the secret. It has five attempts and one
//     more every three minutes, always with one code, whatever anybody else
//     does. A stolen one is good for 20 guesses: 20 * 3e-6 = 6e-5. Then it is
//     unknown, and so it is once its owner has logged in again and is seen with
//     the new one: at the next page or, at another server, at the next try.
//     Until then both count, for the answer that brought the new one may have
//     been lost, and the device would be unknown without a fault of its owner.
//     The old one goes on with the failures that it has, so that the thief has
//     no guess more, however many answers are lost.
//
// The sum of all paths is 9.4e-4 a year; TestAYearOfAttacks counts the guesses.
//
// The counters of sources and networks are the expendable ones. The embedded store
// keeps the 20,000 newest of them at most: 10,000 addresses of as many networks.
// Who has more of them can be forgotten there, and gains nothing: each of those
// entries was written by a try that the counters of all unknown devices charged as
// well (or by the set-up, which takes its claim), and these are never dropped. 200
// tries in, a single code is looked at nowhere, from whatever source. So no part of
// the sum counts on a source being remembered.
//
// Nobody is locked out by any of this: three codes in a row are looked at
// always, from a blocked source too, and a trusted device is its own world.
// Nor by the load of an attack: what would be refused again is refused from
// memory for a second, so that of a thousand tries a second a few reach Redis;
// and of strangers' tries four at once. The others wait in line, in which neither
// three codes nor a trusted device stand, and in which networks take turns: who has
// one code and a new device waits for one try of each network that attacks.
//
// A change of the level and a login from an unknown device are WARN records, so
// that the owner hears of them; also when the level goes down because the guessing
// has ended, which is noticed within a minute. Counters that are gone (a lost
// disk, a flushed Redis) or may lack their end (another Redis in its place) are no
// fresh budget: single codes count as used up, and codes of that moment's window
// as used. Only a secret that nobody ever tried starts with all of it; a file
// beside it says so until the first attempt. Of a secret of the environment
// nothing can say so that is not lost with the counters: its first login takes two
// codes, on a new server too. Counters that were put back whole, from a backup or
// a snapshot of the machine, look like any others: what was guessed since then may
// be guessed again. Who puts a backup back leaves them out.
//
// # Servers with different secrets
//
// Servers that share a Redis share one secret. The counters carry its label, 32
// bits of a hash of it: that tells secrets apart and is of no use for finding one
// with 128 bits or more. A server that has another secret answers logins and
// sessions with 503, whatever the codes, and says so in one ERROR record.
//
//   - In a data folder a secret has an epoch, a time. The newest has the counters:
//     a server that was not told of a rotation lets nobody in.
//   - Of two secrets of the environment nothing says which is newer. The one in use
//     goes on: each server notes every second that it runs, for five seconds, and
//     one with another secret takes over when there was no such note for as long.
//     So a server that was given the wrong secret harms no other, and a changed
//     TOTP_SECRET counts as soon as the last server with the old one has ended, or
//     at once if none ran. Not the newest start counts: that would let a forgotten
//     server with the old secret in again whenever it crashes.
//   - A folder and the environment count as two secrets of the environment.
//
// The counters have one label at a time, and no code is looked at without them.
//
// # Sessions
//
// A login makes a new session under a token of 256 random bits. Sessions that
// the browser brought along end, so that a planted one is worth nothing. Redis
// keeps only the token's SHA-256, the visitor's public id and name, the secret's
// epoch, and when and by which browser the login was.
//
//   - The cookie is __Host-chat: HttpOnly (no script reads it), Secure (never
//     sent in the clear), SameSite=Lax (other sites' forms and frames do not
//     send it), Path=/ and no Domain (no other host sets or gets it). Over plain
//     http it is called chat and is not Secure; that is for loopback and for
//     networks that the operator trusts.
//   - Junk cookies are ignored. Of two valid sessions in one request neither
//     counts: one of them may be an attacker's, for the victim to write in.
//   - A session ends 7 days after the last page request and 30 days after the
//     login. Sockets' checks do not prolong it. What ended cannot be written
//     back by a request that was under way.
//   - There are 20 at most; a login beyond that ends the oldest. A Ledger lists
//     and ends them, and trusted devices, by ids that open nothing. What its
//     list does not show is no session, whatever else is left of it.
//   - Logout ends the session in Redis before the cookie goes.
//   - Sockets are held to their sessions: each second a server asks whether all
//     that it has seen are still there, and each minute what they say. So a
//     logout, at whichever server, ends the sockets everywhere within 2 s.
//   - A rotation raises the secret's epoch; a session of any other epoch is
//     none. This counts from the next request on, in every process that reads
//     the same vault.
//   - What comes back from Redis is checked like other input. A record that we
//     would not have written is no session.
//
// # Cross-origin requests
//
// Sockets are opened only from our own origins; Origins.Guard has the rules.
// Origins.HostGuard refuses foreign Host headers, against DNS rebinding. Forms
// are to be served behind http.CrossOriginProtection.
//
// # The secret and the first run
//
// A Vault keeps the secret in secret.json: mode 0600 in a folder of mode 0700,
// whatever the umask. A folder that is open to others is closed when it is empty
// or ours, and refused when they may have put something there: a secret of their
// own, or the sessions of the embedded store. So it is for a secret of the
// environment, too. The file is written under another name, brought to the disk
// and given its own in one step, so that a crash leaves the old secret or the
// new one. A checksum covers it all: a damaged file is ErrDamaged and never an
// empty vault, which would open the set-up to whoever comes first. For the
// same reason a secret that disappears from a running server is damage.
//
// A secret is stored only after a first code has proved that somebody's
// authenticator knows it. Over the web that takes a claim: a token of 128
// random bits that the operator reads on the terminal. That code also opens the
// one session of the browser that entered it, which the log calls a new device.
//
//   - It is good for 15 minutes, and in memory only.
//   - GET and HEAD show nothing and use nothing up. Against link previews, and
//     browsers that fetch ahead.
//   - The first POST wins and binds the claim to that browser by a cookie
//     (HttpOnly, SameSite=Strict, Path=/setup). Everybody else gets 410, the
//     claim in hand or not.
//   - It is closed for ever once there is a secret, whoever made it.
//
// A Secret does not print: String, GoString and LogValue hide it, and fmt
// cannot reach it inside other values.
//
// # Names
//
// A visitor is called by two friendly words until they choose a name of 1 to 32
// characters. Control characters, line breaks, characters that change the
// direction of writing, invisible ones and towers of accents are refused:
// against names that garble the page or pass for nothing.
//
// # The log
//
// Each attempt is one record "attempt" with the keys action (login, enrol),
// outcome (accepted, wrong, malformed, replayed, throttled, step_up,
// unavailable, not_enrolled, closed), addr, source, user_agent (200 characters
// at most), codes (how many), trusted (the device), session (the visitor's id,
// when accepted), retry_after (seconds) and error. Failures are WARN. So are
// "login level changed" (from, to, reason: guesses, quiet, counters_lost; from
// 0 when it is not known) and "new device" (addr, source, user_agent, session,
// codes). "nobody can log in here" (error) and "people can log in here again" tell
// of servers with different secrets. No record holds a code, right or wrong, a token, a secret, or where
// the visitor wanted to go.
//
// # When Redis fails
//
// A command takes at most half a second, and scripts that consume something are
// never sent twice. While Redis is down or slow, logins get 503 with Retry-After,
// within a second: all steps that decide about one have 900 ms together, and so
// have those that follow when it is decided. No attempt is evaluated that was not
// counted. A session that the server saw in Redis less than 5 minutes ago goes on;
// others get 503, and no 401 makes a browser forget a good session. When it failed
// two in a row it is asked once a second, so that requests do not pile up; one
// alone may have lost its connection, and is no reason to refuse others. Three
// codes and devices that are known ask it always.
//
// A Redis that answers again as the same run (the network was cut, its process
// stood still) is as good as before: logins succeed within two seconds. So do they
// after another run has begun, once the codes that the one before may have been
// told of have left the window, which is a minute after that one ended: who was
// without a Redis for so long waits no longer. When it ended a server testifies:
//
//   - Nobody was at its address: each second, with no gap of five, the system there
//     refused the connection. The codes of before count as used, though the new
//     run may have lost all that the old one was told. What it kept tells whether
//     others went on: each server notes every second that it runs, and nothing may
//     be newer than the first refusal. What is left is a Redis that refuses one
//     server for a minute, serves another one, and then loses that minute.
//   - Or it appends what it is told to a file, and has in it when this server noted
//     last that it runs. What comes later in the file others noted; of that a Redis
//     loses two seconds at most, for which five are allowed. So a server that was
//     cut off, while others let people in, knows that it was.
//
// Both count only for a Redis that was started after the run before ended, and that
// was no replica since: what cuts off a server cuts off the replica beside it, which
// then knows as little. And they count only if the server knew the run that wrote
// the counters. Without testimony (a promoted replica, a server that was started
// together with Redis, a file that lacks more) or after less than a minute nobody
// gets in until other codes come, 30 to 60 s. The loss would be a code that works
// twice, at two servers. Those with a session do not notice: theirs counts as soon
// as Redis answers.
package auth
