// Package backup answers: what of a data folder is worth keeping, and how does
// it come back?
//
// A backup is one file: a tar archive, packed by gzip and encrypted with a
// passphrase in the age format (https://age-encryption.org/v1), since it holds
// the secret. Without this program `age -d FILE | tar xz` opens it.
//
// It promises:
//
//   - It is made while the server runs. Each file is copied as far as it went
//     when its turn came. What is only ever added to, as the history, may be cut
//     in its last entry, which whoever reads it expects after a crash as well;
//     it comes before the uploads that it refers to. Other files are replaced in
//     one step, so that a copy is the old one or the new one. What has to be true
//     of all other files comes last (Options.Last).
//   - What is true of one moment only stays behind: who is logged in, counters
//     and used codes, addresses, locks, logs. An old copy of those would give a
//     guesser new attempts and an ended session back. After a restore everybody
//     logs in again, and strangers need two codes for a while.
//   - There is something in it. A folder without a file to keep makes no backup,
//     and a backup without one is not restored.
//   - A restore is whole or nothing. It unpacks and checks into a folder of its
//     own and brings that to the disk; then one rename decides, and what is left
//     to do after it is done by whoever opens the folder next.
//   - Whoever does not know the passphrase can neither read a backup nor make or
//     change one: a byte that was changed, and an end that is missing, is found
//     before anything is taken into use.
package backup
