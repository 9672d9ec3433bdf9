package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// What can be wrong with a backup.
var (
	ErrPassphrase = errors.New("the passphrase is not that of the backup")
	ErrFormat     = errors.New("the file is no backup, or a damaged one")
	ErrNewer      = errors.New("the backup is of a newer version of chat")
)

// unpack puts what is in a backup into a folder, which must be empty and nobody
// else's. An error leaves it half full.
func unpack(ctx context.Context, from io.Reader, passphrase string, into *os.Root, progress func(done int64)) (Manifest, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return Manifest{}, ErrPassphrase
	}
	open, err := age.Decrypt(from, identity)
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return Manifest{}, ErrPassphrase
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	unpacked, err := gzip.NewReader(open)
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	r := &reader{ctx: ctx, tar: tar.NewReader(unpacked), into: into, progress: progress}
	m, err := r.manifest()
	if err != nil {
		return m, err
	}
	if err := r.files(); err != nil {
		return m, err
	}
	// An archive ends before its file does, and only the end of the file proves
	// that nothing is missing.
	for _, rest := range []io.Reader{unpacked, open} {
		if _, err := io.Copy(io.Discard, rest); err != nil {
			return m, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	return m, nil
}

// reader takes files out of an archive.
type reader struct {
	ctx      context.Context
	tar      *tar.Reader
	into     *os.Root
	progress func(done int64)
	done     int64
}

func (r *reader) manifest() (m Manifest, err error) {
	h, err := r.tar.Next()
	if err != nil || h.Name != manifestName {
		return m, ErrFormat
	}
	if err := json.NewDecoder(io.LimitReader(r.tar, 64<<10)).Decode(&m); err != nil || m.Format != format {
		return m, ErrFormat
	}
	if m.Version > version {
		return m, ErrNewer
	}
	return m, nil
}

// files unpacks all there are, or returns ErrNothing.
func (r *reader) files() error {
	for some := false; ; {
		h, err := r.tar.Next()
		if err == io.EOF && !some {
			return ErrNothing
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if err := r.take(h); err != nil {
			return err
		}
		some = some || h.Typeflag == tar.TypeReg
	}
}

// take makes one file or folder, for its owner only, whatever the archive says.
// A name that leads out of the folder, or to what no backup keeps, is a mistake
// of whoever made it.
func (r *reader) take(h *tar.Header) error {
	name := filepath.FromSlash(strings.TrimSuffix(h.Name, "/"))
	top, _, _ := strings.Cut(path.Clean(h.Name), "/")
	if !filepath.IsLocal(name) || !Kept(top) {
		return fmt.Errorf("%w: it has the name %q", ErrFormat, h.Name)
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return r.into.MkdirAll(name, 0o700)
	case tar.TypeReg:
	default:
		return fmt.Errorf("%w: %q is neither file nor folder", ErrFormat, h.Name)
	}
	if err := r.into.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := r.into.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = r.copy(f)
	if err := errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return r.into.Chtimes(name, h.ModTime, h.ModTime)
}

func (r *reader) copy(to io.Writer) error {
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		n, err := io.CopyN(to, r.tar, 1<<20)
		r.done += n
		r.progress(r.done)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpacking: %w", err)
		}
	}
}
