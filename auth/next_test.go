package auth

import (
	"net/url"
	"strings"
	"testing"
)

func TestSafeNextKeepsOurPaths(t *testing.T) {
	for _, next := range []string{
		"/", "/chat/room", "/chat/room?x=1&y=/z", "/chat/r%C3%BCm", "/chat/a:b@c", "/?next=https://evil.example",
		"/%5Cevil.example", "/%2F/evil.example", "/.evil.example", "/chat/..//x", "/#/x", "/" + strings.Repeat("x", maxNext-1),
	} {
		if got := SafeNext(next); got != next {
			t.Errorf("SafeNext(%q): got %q, want it unchanged", next, got)
		}
	}
}

// C07. The attack: a login link that ends on another site.
func TestSafeNextRefusesTheRest(t *testing.T) {
	hostile := []string{
		"", "x", "evil.example", "evil.example/", " /chat", "?x", "#x", ".", "..", "./chat", "../chat",
		"//", "///", "//evil.example", "///evil.example", "////evil.example/%2f..", "//evil.example@ours.example",
		"/\\", "/\\evil.example", "/\\/evil.example", "\\\\evil.example", "\\/evil.example", "/chat\\evil", "/a/\\evil.example",
		"https://evil.example", "https:evil.example", "https:/evil.example", "http:///evil.example", "HTTPS://EVIL.EXAMPLE",
		"ftp://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "blob:x", "file:///etc/passwd", "mailto:x@evil.example",
		"/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example", "/\x00/evil.example", "/\x0b/evil.example", "/\x7f", "/chat x",
		"/chat\r\nSet-Cookie: chat=1", "/chat\nLocation: https://evil.example",
		"/\u00a0/evil.example", "/\u2028/evil.example", "/\u3000", "/\u3002evil.example", "/\uff0fevil.example", "/\u0085", "/rüm", "/\xff\xfe",
		"/%zz", "/chat%", "/%2", "@evil.example", ":80", "://evil.example", "user:pass@evil.example",
		"/" + strings.Repeat("x", maxNext),
	}
	for _, next := range hostile {
		if got := SafeNext(next); got != "/" {
			t.Errorf("SafeNext(%q): got %q, want /", next, got)
		}
	}
}

func FuzzSafeNext(f *testing.F) {
	for _, seed := range []string{"/chat/x?y#z", "//evil", "/\\evil", "/%09/evil", "https:evil"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://ours.example/auth")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := SafeNext(next)
		if got != next && got != "/" {
			t.Errorf("SafeNext(%q): got %q, want it or /", next, got)
		}
		// As browsers read it: tabs and line breaks dropped, backslashes slashes.
		read := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(got)
		u, err := base.Parse(read)
		if err != nil || u.Scheme != "https" || u.Host != "ours.example" || u.User != nil || strings.HasPrefix(read, "//") {
			t.Errorf("SafeNext(%q): got %q, which leads to %v", next, got, u)
		}
	})
}
