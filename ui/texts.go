package ui

import (
	"net/http"
	"strconv"
	"strings"
)

// titleOf is the heading of an error page, by its status.
func (l *language) titleOf(status int) Phrase {
	if key := "title." + strconv.Itoa(status); l.has(key) {
		return Say(key)
	}
	return Say("title.other")
}

// textOf says what happened and, where there is one, the way on: the sentence
// of the code, or else of the status.
func (l *language) textOf(e Error) Phrase {
	for _, key := range []string{"error." + e.Code, "error." + strconv.Itoa(e.Status)} {
		if l.has(key) {
			return Say(key)
		}
	}
	return Say("error.other", "status", e.Status)
}

func (l *language) has(key string) bool {
	_, ok := l.words[key]
	return ok
}

// codeOf makes "not_found" of 404. 413 has a shorter name that programs know.
func codeOf(status int) string {
	if status == http.StatusRequestEntityTooLarge {
		return "too_large"
	}
	words := strings.ToLower(http.StatusText(status))
	if words == "" {
		return "error"
	}
	return strings.ReplaceAll(words, " ", "_")
}
