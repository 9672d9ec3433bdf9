package ui

import (
	"net/http"
	"strconv"
	"strings"
)

// fallback is the language of a browser that asks for none of ours.
const fallback = "en"

// languageOf chooses the language that the browser likes best of ours. The
// browser's own scripts see the same list as navigator.languages, so both ends
// agree without a cookie.
func (s *Site) languageOf(r *http.Request) *language {
	best, liked := s.languages[fallback], 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, rest, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		q := 1.0
		if _, weight, ok := strings.Cut(rest, "q="); ok {
			q, _ = strconv.ParseFloat(strings.TrimSpace(weight), 64) // what is no number is not liked
		}
		if l := s.languages[base]; l != nil && q > liked {
			best, liked = l, q
		}
	}
	return best
}
