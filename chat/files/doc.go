// Package files answers: where are the pictures that people sent?
//
// A file belongs to a room and has a name that cannot be guessed. It is there
// whole or not at all, and nobody looks at what is in it. It lives as long as
// the message that refers to it. Keep says that there is about to be one, Release
// whether there is; without one a file is unclaimed, and goes within [Unclaimed].
// Remove ends it. All files together
// have a limit, which many uploads at once cannot overrun. One server keeps them
// in a Folder, servers that share a Redis in a Redis.
package files

import (
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"time"
)

// Unclaimed is how long a file stays that no message refers to.
const Unclaimed = time.Hour

// Why a file cannot be had or taken.
var (
	ErrFull  = errors.New("there is no room for more files")
	ErrEmpty = errors.New("the file is empty")
	ErrLong  = errors.New("the file is too long")
	ErrNone  = errors.New("there is no such file")
	// ErrUnavailable: Redis does not answer; the same may be tried again.
	ErrUnavailable = errors.New("the files cannot be reached now")
)

// valid is what files are called: 130 random bits.
var valid = regexp.MustCompile(`^[a-z2-7]{26}$`)

func newName() string { return strings.ToLower(rand.Text()) }
