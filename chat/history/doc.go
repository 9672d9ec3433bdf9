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
//     stored once.
//   - What is kept is bounded (Retention), and so is what waits.
//
// A Redis keeps the same log for any number of servers, which need nothing but
// each a connection to it. It promises the same, but that an entry is as safe as
// Redis keeps it.
//
// The data of an entry is opaque. Names of rooms are secrets of those who are
// there; they are never logged.
//
// # Goroutines
//
// A log has one goroutine, its writer, which takes all entries that wait, writes
// them together, and then calls deliver and done in the order of the entries. A
// room has none, and no timer. An append that is refused at once is told so by a
// goroutine of its own, because the one who appends may hold the locks that done
// takes.
//
// # Locks
//
// queue.mu guards what waits, Disk.mu guards the index. Neither is taken while
// the other is held, and none is held during a call of the caller's functions or
// while the disk is written to or read.
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
