package auth

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	tests := []struct {
		name, input, want string // want empty: refused
	}{
		{"plain", "Ann", "Ann"},
		{"trimmed", "  Ann  ", "Ann"},
		{"spaces made one", "Ann \u00a0\u3000 B", "Ann B"},
		{"other scripts", "Ольга 陳 محمد", "Ольга 陳 محمد"},
		{"Hindi with marks", "प्रीति", "प्रीति"},
		{"emoji of several parts", "👩\u200d🚒", "👩\u200d🚒"},
		{"32 characters", strings.Repeat("ä", 32), strings.Repeat("ä", 32)},
		{"markup is only text", "<b>&amp;", "<b>&amp;"},
		{"33 characters", strings.Repeat("ä", 33), ""},
		{"empty", "", ""},
		{"spaces", " \u2003 ", ""},
		{"joiners only", "\u200d\u200c", ""},
		{"marks only", "\u0301", ""},
		{"blank letters", "\u3164", ""},
		{"line break", "Ann\nBo", ""},
		{"tab", "Ann\tBo", ""},
		{"NUL", "Ann\x00", ""},
		{"escape", "\x1b[2J", ""},
		{"right to left override", "\u202enna", ""},
		{"isolate", "\u2066Ann", ""},
		{"right to left mark", "Ann\u200f", ""},
		{"zero-width space", "A\u200bnn", ""},
		{"byte order mark", "\ufeffAnn", ""},
		{"line separator", "Ann\u2028", ""},
		{"private use", "Ann\ue000", ""},
		{"invisible tag", "Ann\U000e0041", ""},
		{"tower of accents", "A" + strings.Repeat("\u0301", 5), ""},
		{"no UTF-8", "Ann\xff", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, problem := cleanName(tt.input)
			if got != tt.want || problem.IsZero() != (tt.want != "") {
				t.Errorf("cleanName(%q): got %q, %v, want %q", tt.input, got, problem, tt.want)
			}
		})
	}
}

func TestFriendlyNamesAreValid(t *testing.T) {
	for _, mood := range moods {
		for _, animal := range animals {
			name := mood + " " + animal
			if got, problem := cleanName(name); got != name {
				t.Errorf("cleanName(%q): got %q, %v", name, got, problem)
			}
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"Ann B", "\u202e", "👩\u200d🚒", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		got, problem := cleanName(input)
		if (got == "") == problem.IsZero() {
			t.Fatalf("cleanName(%q): got %q and %v", input, got, problem)
		}
		if got == "" {
			return
		}
		if again, _ := cleanName(got); again != got || utf8.RuneCountInString(got) > maxName || strings.ContainsAny(got, "\n\r\t\u202e") {
			t.Errorf("cleanName(%q): got %q, and of that %q", input, got, again)
		}
	})
}
