// Package telegram answers: how does the owner hear of what happens?
//
// Alerts is a slog.Handler that sends records to a Telegram chat by a bot. It
// is for few and short messages that somebody reads on a phone: failed logins,
// a change of how many codes strangers need, a new device, a new secret, start
// and stop, and errors.
//
// It promises:
//
//   - It delays nobody. Handle counts and returns; one goroutine sends, with
//     five seconds for each message.
//   - It does not chatter. Records of one kind become one message a minute at
//     most, with their count: "12 failed logins from 3 addresses in the last
//     minute". What cannot be sent now is counted on and sent later, or when the
//     server ends. At most a hundred messages wait; others are dropped, and their
//     number is told.
//   - It waits as long as Telegram says (retry_after), and longer after each
//     failure. It follows no redirect, and reads no more of an answer than it
//     needs.
//   - What a stranger put into a record is text in the message, never markup or
//     a link, whole characters, and short.
//   - It never alerts about itself: that alerts do not get through is told once
//     to a function of the caller's, which may log it with the messages Silent
//     and Again. The bot's token is in no error.
package telegram
