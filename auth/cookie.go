package auth

import "net/http"

// cookieName returns the name of the session cookie. The __Host- prefix makes
// browsers refuse the cookie unless it came by https from this very host, for
// all its paths, so that no other host of the domain can plant one.
func cookieName(secure bool) string {
	if secure {
		return "__Host-chat"
	}
	return "chat"
}

// deviceName returns the name of the trusted device's cookie.
func deviceName(secure bool) string { return cookieName(secure) + "_dev" }

// tokenLen is the length of a session token: 256 bits in base64url.
const tokenLen = 43

// maxTokens is how many cookies of our name are looked at.
const maxTokens = 4

// tokens returns the session tokens that a request presents. Values that cannot
// be tokens are left out, so that junk costs no look-up; of a request with too
// many of them none is believed.
func tokens(r *http.Request, name string) []string {
	var found []string
	for _, c := range r.CookiesNamed(name) {
		if !validToken(c.Value) {
			continue
		}
		if len(found) == maxTokens {
			return nil
		}
		found = append(found, c.Value)
	}
	return found
}

func validToken(s string) bool {
	if len(s) != tokenLen {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
