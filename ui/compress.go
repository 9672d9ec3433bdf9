package ui

import (
	"bytes"
	"compress/gzip"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
)

// encodings are the forms in which one file may travel, beside its own.
type encodings struct {
	gzip   func() []byte          // made when first asked for; nil when it would not be smaller
	brotli atomic.Pointer[[]byte] // made by Pack; nil until then
}

func newEncodings(body []byte) *encodings {
	return &encodings{gzip: sync.OnceValue(func() []byte {
		if z := gzipped(body); len(z) < len(body) {
			return z
		}
		return nil
	})}
}

// Pack compresses the static files as small as brotli can, which takes about a
// second of one core: too long for a start and far too long for an answer.
// Until it is done, and to whoever does not know brotli (browsers do not offer
// it over plain http), files go out as gzip. It returns early when ctx ends.
func (s *Site) Pack(ctx context.Context) {
	if s.reload {
		return // each request has its own files
	}
	for _, name := range slices.Sorted(maps.Keys(s.static.files)) {
		if ctx.Err() != nil {
			return
		}
		f := s.static.files[name]
		if b := brotlied(f.body, brotli.BestCompression); len(b) < len(f.body) {
			f.packed.brotli.Store(&b)
		}
	}
}

// choose returns the smallest form of a file that the client takes, and its
// Content-Encoding.
func (e *encodings) choose(r *http.Request) (body []byte, encoding string) {
	if b := e.brotli.Load(); b != nil && accepts(r, "br") {
		return *b, "br"
	}
	if accepts(r, "gzip") {
		if z := e.gzip(); z != nil {
			return z, "gzip"
		}
	}
	return nil, ""
}

// packed returns the form in which a body made for this request goes out, and
// says so in the headers.
func packed(w http.ResponseWriter, r *http.Request, body []byte) []byte {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	body, encoding := onTheFly(r, body)
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	return body
}

// onTheFly compresses what was made for this request, so it must be quick.
func onTheFly(r *http.Request, body []byte) (packed []byte, encoding string) {
	switch {
	case accepts(r, "br"):
		return brotlied(body, 5), "br"
	case accepts(r, "gzip"):
		return gzipped(body), "gzip"
	}
	return body, ""
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return body
	}
	_, _ = z.Write(body) // A bytes.Buffer takes everything.
	_ = z.Close()
	return b.Bytes()
}

// window is the logarithm of how far back brotli looks. Our files are smaller
// than that, and its own default takes megabytes for each.
const window = 16

func brotlied(body []byte, quality int) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: quality, LGWin: window})
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// accepts is a plain reading of Accept-Encoding: a browser names what it takes,
// and whoever forbids it with q=0 gets the file as it is.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if name == encoding {
			return q == "" || strings.Trim(q, "q=0.") != ""
		}
	}
	return false
}
