package engineio

import "testing"

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"":                      false,
		"gzip":                  true,
		"GZIP":                  true,
		"gzip, deflate, br":     true,
		"br, gzip ; q=0.5":      true,
		"gzip;q=1.0":            true,
		"gzip;q=0":              false,
		"gzip; q=0.000":         false,
		"gzip;q=nonsense":       false,
		"br":                    false,
		"x-gzipped, notgzip":    false,
		"identity, *;q=0":       false,
		"deflate;q=1, gzip;q=0": false,
	} {
		if got := acceptsGzip([]string{header}); got != want {
			t.Errorf("acceptsGzip(%q): got %v, want %v", header, got, want)
		}
	}
}
