package auth

import (
	"net/url"
	"strings"
)

// maxNext is the longest path that a login returns to, in bytes.
const maxNext = 2048

// SafeNext returns next when it is a path of this server, else "/".
//
// The attack is a login link that ends on a page of the attacker, which says
// that the code was wrong and asks again. Browsers read more as another host
// than the standard does: a backslash is a slash to them, and they drop tabs
// and line breaks before they look. So next must begin with one slash and no
// second, of either kind, and hold only printable ASCII without backslash; a
// path of ours always arrives percent-encoded. It must also parse, with no
// scheme and no host.
func SafeNext(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/"
	}
	for i := range len(next) {
		if next[i] <= ' ' || next[i] > '~' || next[i] == '\\' {
			return "/"
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	return next
}
