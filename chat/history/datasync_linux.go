package history

import (
	"os"
	"syscall"
)

// datasync brings what was written to a file to the disk, and its size, but not
// its times, which would cost a second write.
func datasync(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
