package files

import (
	"strings"
	"testing"
)

// FuzzLine feeds what reads the ledger. A line that is taken names a file that
// there can be, and says the same when it is written and read again.
func FuzzLine(f *testing.F) {
	name := strings.Repeat("a", 26)
	for _, seed := range []string{
		"1 " + name + " den", "-5 " + name + " a room", "+5 " + name + " ", "1 " + name, "1 ../" + name + " den", "x " + name + " den",
		"9223372036854775808 " + name + " den", "1  " + name, "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, ok := parseLine(text)
		if !ok {
			return
		}
		if !valid.MatchString(l.name) {
			t.Fatalf("%q is of a file called %q", text, l.name)
		}
		if again, ok := parseLine(l.String()); !ok || again != l {
			t.Fatalf("%q is read as %v, and that as %v", text, l, again)
		}
	})
}
