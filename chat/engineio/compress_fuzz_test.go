package engineio

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// A coding with its weight, as RFC 9110 writes it, section 12.5.3.
var (
	codingPattern = regexp.MustCompile("^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)([ \t]*;[ \t]*[qQ]=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?))?[ \t]*$")
	zeroPattern   = regexp.MustCompile(`^0(\.0*)?$`)
)

// wantsGzip is what a header of that grammar says of gzip; ok that it is one.
func wantsGzip(header string) (wants, ok bool) {
	decided := false
	for coding := range strings.SplitSeq(header, ",") {
		parts := codingPattern.FindStringSubmatch(coding)
		if parts == nil {
			return false, false
		}
		if strings.EqualFold(parts[1], "gzip") && !decided {
			wants, decided = !zeroPattern.MatchString(parts[3]), true
		}
	}
	return wants, true
}

// FuzzAcceptsGzip feeds what reads which codings a client takes. One that keeps
// to the grammar gets what it asked for; whoever is sent gzip spoke of it, however
// the header is spelled and cut; and what is compressed is what it was.
func FuzzAcceptsGzip(f *testing.F) {
	for _, seed := range []string{
		"", "gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0", "GZIP ; q=0.001", "gzip;q=0.000", "identity", "*", "x-gzip", "gzip;q=", "gzip;q=x",
		"gzip;q=NaN", "gzip;q=Inf", "gzip;q=-1", "gzip;q=0x1p-2", "gzip;q=0,gzip", "gzip;x=0", "gzip;q=0;q=1", "gzip,,", "\tgzip\t",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := acceptsGzip([]string{header})
		if want, ok := wantsGzip(header); ok && got != want {
			t.Fatalf("%q: got %v, want %v", header, got, want)
		}
		if got && !strings.Contains(strings.ToLower(header), "gzip") {
			t.Fatalf("%q: gzip for who did not speak of it", header)
		}
		if acceptsGzip(strings.Split(header, ",")) != got {
			t.Fatalf("%q: another answer when it comes in %d headers", header, 1+strings.Count(header, ","))
		}
		payload := []byte(strings.Repeat(header, compressFrom/(1+len(header))+1))
		out := http.Header{}
		sent := compress(out, &http.Request{Header: http.Header{"Accept-Encoding": {header}}}, payload)
		if zipped := out.Get("Content-Encoding") == "gzip"; zipped != (got && len(payload) >= compressFrom) {
			t.Fatalf("%q: %d bytes were compressed: %v", header, len(payload), zipped)
		} else if zipped {
			r, err := gzip.NewReader(bytes.NewReader(sent))
			if err != nil {
				t.Fatal(err)
			}
			if sent, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(sent, payload) {
			t.Fatalf("%q: %d bytes became %d others", header, len(payload), len(sent))
		}
	})
}
