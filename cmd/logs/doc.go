// Package logs answers: what does the operator read about a run, and where?
//
// A Log takes the records of all packages and writes each of them to two
// places: as a JSON object on a line of its own to a file, for tools, and as a
// line of text to standard error, for whoever looks at the terminal or at the
// journal of the service manager. In a container the JSON goes to standard
// output instead. What else wants the records, such as alerts, is handed in as
// a slog.Handler.
//
// It promises:
//
//   - One record is one line, whatever a stranger put into it, and 8 KiB at
//     most: line breaks, escape sequences and invalid UTF-8 are written as JSON
//     or Go would quote them, and what is too long is cut.
//   - A record that is written has reached the system before the request that
//     made it goes on, so a crash does not take it along. But no request waits
//     for a disk or a terminal that hangs, nor fails with it: records are
//     dropped and counted then, a line on standard error says so once, and the
//     first record after the trouble tells how many are missing.
//   - The file has mode 0600 and its folder 0700. At 1 MiB it is put aside, and
//     five such are kept. Whoever moves it or takes it away gets a new one.
//   - No secret that it was told of passes, in whatever field. A room's name,
//     which is its key, and a session's id are written as keyed hashes: the same
//     room has the same hash in all records of a data folder, and nobody who
//     reads them gets into it. A User-Agent has 200 characters at most.
//   - A flood of the same record, as a guesser makes it, does not push out what
//     came before: beyond thirty a minute of one kind and source, records are
//     counted and summed up. Whoever is alerted still gets each.
//   - The keys of records are those in Keys and no others.
package logs
