package certificate

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
)

// Files is a certificate that the operator brings, in two PEM files. It is safe
// for concurrent use.
type Files struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate // guarded by mu
	seen    [2]os.FileInfo   // guarded by mu: the files as they were read last
}

// OpenFiles reads a certificate, with those that lead from it to an authority
// after it, and its key.
func OpenFiles(cert, key string, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, log: log}
	f.seen = f.look()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	f.current = &pair
	return f, nil
}

// Get returns the certificate, whatever name the client asks for. It looks at
// the files each time, which costs little beside a handshake, and reads them
// when one of them changed. Between the writing of the one and of the other
// they do not fit together; then, as with any that cannot be read, the last
// good pair stays in use.
func (f *Files) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.look()
	if unchanged(f.seen[0], now[0]) && unchanged(f.seen[1], now[1]) {
		return f.current, nil
	}
	f.seen = now // good or bad, so that one change is one line in the log
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		f.log.Warn("certificate changed and cannot be read; the one before stays in use", "error", err)
		return f.current, nil
	}
	f.current = &pair
	f.log.Info("certificate changed", "until", pair.Leaf.NotAfter)
	return f.current, nil
}

// look is the two files as they are; nil for one that is not there.
func (f *Files) look() (files [2]os.FileInfo) {
	for i, path := range []string{f.cert, f.key} {
		if info, err := os.Stat(path); err == nil {
			files[i] = info
		}
	}
	return files
}

// unchanged reports whether b is the very file that a was.
func unchanged(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}
