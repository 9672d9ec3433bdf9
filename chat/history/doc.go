// Package history answers: what was said in a room, and in which order?
//
// A Disk keeps the log of every room of one server: in a folder, or in memory
// only. It promises:
//
//   - An entry that was acknowledged (done without an error) is on the disk, and
//     is there after a crash of the server or of the machine.
//   - Everybody sees the entries of a room in one order, that of their IDs: those
//     who follow the room, those who read it, and those who wait for done. IDs
//     never go back, also when the clock does.
//   - A sender may send an entry again when the answer was lost. By its Key it is
//     stored once, for as long as it is kept and for an hour at least.
//   - What is kept is bounded (Retention), and so is what waits. The space of what
//     is dropped is given back. When all rooms together take too much the largest
//     gives way, so that a flood costs its own room.
//   - What an entry takes back (Blank) is gone from memory and disk before the
//     entry is acknowledged. Its place stays, so that nobody has a gap.
//   - Damage costs the entry that it is in, not the log, and those who come back
//     learn of the gap.
//
// A Redis keeps the same log for any number of servers, which need nothing but
// each a connection to it. It promises the same, but that an entry is as safe as
// Redis keeps it.
//
// The data of an entry is opaque. Names of rooms are secrets of those who are
// there; they are never logged.
//
// The age of an entry is that of its ID. Entries from a time when the clock was
// ahead stay that much longer.
//
// # The folder
//
// All rooms share a log of segments, files that are written at their end and
// then only read. A segment begins with a header and goes on with records (see
// record.go). The index of all that is kept is in memory; so are the newest
// entries of rooms that somebody spoke in lately. A segment that is mostly waste
// is rewritten, with its neighbours, into one that stands for all of them, which
// its name says. Whatever the moment of a crash, the next start finds each entry
// once: what a name stands for already is a leftover, and is removed. A record is
// overwritten, by one of the same length, only when its entry is blanked. Whoever
// copies the folder of a log that is open has to hold it (Hold).
//
// # Goroutines
//
// A log has one goroutine, its writer, which takes all entries that wait, writes
// them together, brings them to the disk once, and then calls deliver and done
// in the order of the entries. A second one rewrites segments while there are
// some worth it. In memory whoever appends is the writer, unless somebody is
// already, and the goroutine drops what grew old in silence: to wake it would cost
// more than to write. Whoever reads does so in their own goroutine and holds up
// nobody.
// A room has none, and no timer. An append that is refused at once is told so by
// a goroutine of its own, because the one who appends may hold the locks that
// done takes.
//
// # Locks
//
// queue.mu guards what waits, Disk.mu guards the index. Neither is taken while
// the other is held, and none is held during a call of the caller's functions or
// while the disk is written to or read. Disk.writing makes one goroutine the
// writer; it is held meanwhile, and appenders only try to take it.
//
// # Goroutines and locks of a Redis
//
// A log on Redis has a writer as well, which sends what waits in one pipeline
// and hears the answers; a reader of what is published; and a catcher, which
// reads from Redis what a follower has missed. Any of the three may call deliver
// and done. They do so under the lock of the room's follower, which gives these
// calls their order; no method of the log that the caller may use takes that
// lock.
package history
