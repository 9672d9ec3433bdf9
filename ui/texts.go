package ui

import (
	"net/http"
	"strings"
)

// texts are what an error page says when the handler had nothing better. Each
// says what happened and, where there is one, the way on.
var texts = map[int]struct{ title, text string }{
	http.StatusBadRequest:            {"That did not make sense", "The request was not one we understand. Go back and try it again."},
	http.StatusUnauthorized:          {"Please log in", "You need to log in to see this."},
	http.StatusForbidden:             {"Not from here", "This request came from somewhere we do not trust, so nothing was done."},
	http.StatusNotFound:              {"Nothing here", "This page does not exist, or you may not see it. Check the link, or start a new room."},
	http.StatusMethodNotAllowed:      {"Not like that", "This address exists, but it cannot be used this way."},
	http.StatusGone:                  {"No longer here", "This link has been used or has run out. Ask for a new one."},
	http.StatusRequestEntityTooLarge: {"Too large", "What you sent is larger than we take."},
	http.StatusMisdirectedRequest:    {"Wrong address", "This server does not answer to that name. Check the address you were given."},
	http.StatusTooManyRequests:       {"One moment", "That was a lot in a short time. Wait a little, then try again."},
	http.StatusInternalServerError:   {"That went wrong", "Something went wrong on our side."},
	http.StatusServiceUnavailable:    {"Back in a moment", "A part of this server is not available right now. Nothing is lost; try again shortly."},
}

func titleOf(status int) string {
	if t, ok := texts[status]; ok {
		return t.title
	}
	return http.StatusText(status)
}

func textOf(status int) string {
	if t, ok := texts[status]; ok {
		return t.text
	}
	return "The server answered: " + http.StatusText(status) + "."
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
