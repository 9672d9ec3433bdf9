package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// LastFile is the file of a log's folder that has to be copied after all others.
const LastFile = intentName

// copyingName is locked: shared by those who copy the folder, and by the log
// alone as long as it does what a copy must not meet.
const copyingName = ".copying"

// errCopied says that somebody copies the folder.
var errCopied = errors.New("the log is being copied")

// Hold makes the folder of a log, which may be open in any process, fit to be
// copied one file after the other, until release is called.
//
// Until then no file takes the place of others, which the copy would have
// neither of. And what is taken back stays noted in LastFile: a message may be
// copied before it is taken back, and the entry that takes it back, in another
// file, afterwards. Who opens the copy has the message taken back then.
//
// Hold waits for the log to end what it is at, which takes no longer than to
// rewrite a few segments. Any number may hold a folder. It is no error if there
// is no log.
func Hold(ctx context.Context, dir string) (release func() error, err error) {
	// The log makes the file, so that it belongs to the log's user.
	lock := flock.New(filepath.Join(dir, copyingName), flock.SetFlag(os.O_RDONLY))
	if _, err := lock.TryRLockContext(ctx, 20*time.Millisecond); errors.Is(err, os.ErrNotExist) {
		return func() error { return nil }, nil
	} else if err != nil {
		return nil, fmt.Errorf("holding the log of messages: %w", err)
	}
	return lock.Close, nil
}

// allowCopies makes the file by which Hold works.
func (f *files) allowCopies() error {
	file, err := makeFile(filepath.Join(f.dir, copyingName))
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// uncopied does what a copy must not meet, or returns errCopied.
func (f *files) uncopied(do func() error) (err error) {
	// A lock of its own each time: they exclude each other, too.
	lock := flock.New(filepath.Join(f.dir, copyingName))
	ok, err := lock.TryLock()
	if err != nil {
		return fmt.Errorf("looking whether the log is being copied: %w", err)
	}
	if !ok {
		return errCopied
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return do()
}
