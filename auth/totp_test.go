package auth

import (
	"strings"
	"testing"
	"time"
)

func TestMatchKnowsTheVectorsOfRFC6238(t *testing.T) {
	s := mustParse(t, rfcKey)
	tests := []struct {
		unix int64
		code string // the last six digits of appendix B
	}{
		{59, "287082"},
		{1111111109, "081804"},
		{1111111111, "050471"},
		{1234567890, "005924"},
		{2000000000, "279037"},
		{20000000000, "353130"},
	}
	for _, tt := range tests {
		step, ok := s.Match(tt.code, time.Unix(tt.unix, 0))
		if !ok || step != tt.unix/30 {
			t.Errorf("Match(%s) at %d: got step %d, %v, want %d", tt.code, tt.unix, step, ok, tt.unix/30)
		}
	}
}

func TestWindowIsOneStepEitherWay(t *testing.T) {
	s := mustParse(t, rfcKey)
	for _, now := range []int64{1_800_000_000, 1_800_000_029} { // both ends of a step
		for d := int64(-3); d <= 3; d++ {
			step, ok := s.Match(s.code(now/30+d), time.Unix(now, 0))
			want := d >= -1 && d <= 1
			if ok != want || ok && step != now/30+d {
				t.Errorf("code of step %+d at %d: got %+d, %v, want %v", d, now, step-now/30, ok, want)
			}
		}
	}
}

func TestLeadingZeroCounts(t *testing.T) {
	s, now := mustParse(t, rfcKey), time.Unix(1234567890, 0) // 005924
	for code, want := range map[string]bool{"005924": true, "05924": false, "5924": false} {
		if _, ok := s.Match(code, now); ok != want {
			t.Errorf("Match(%s): got %v, want %v", code, ok, want)
		}
	}
}

// The attack: a code that fits two steps of the window is used for the first,
// and then again for the second.
func TestCodeOfTwoStepsCountsForTheLater(t *testing.T) {
	s := mustParse(t, rfcKey)
	const first = 59061240 // its code and that of the next step are 963181
	for _, now := range []int64{first, first + 1} {
		if step, ok := s.Match("963181", time.Unix(now*30, 0)); !ok || step != first+1 {
			t.Errorf("at step %d: got %d, %v, want %d", now, step, ok, first+1)
		}
	}
}

func TestParseCode(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"plain", "123456", "123456"},
		{"grouped", "123 456", "123456"},
		{"spaces around", "  123456 ", "123456"},
		{"zeros", "000000", "000000"},
		{"empty", "", noCode},
		{"five", "12345", noCode},
		{"seven", "1234567", noCode},
		{"very long", strings.Repeat("1", 10_000), noCode},
		{"letters", "12345a", noCode},
		{"sign", "+12345", noCode},
		{"exponent", "1e5", noCode},
		{"NUL", "12345\x00", noCode},
		{"line break", "123456\n", noCode},
		{"tab", "123\t456", noCode},
		{"full width", "１２３４５６", noCode},
		{"Arabic digits", "١٢٣٤٥٦", noCode},
		{"no-break space", "\u00a0123456", noCode},
		{"em space", "123456\u2003", noCode},
		{"the stand-in itself", noCode, noCode},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseCode(tt.input); got != tt.want {
				t.Errorf("parseCode(%q): got %q, want %q", tt.input, got, tt.want)
			}
		})
	}
}

func TestNoCodeOpensNothing(t *testing.T) {
	s := mustParse(t, rfcKey)
	for _, input := range []string{noCode, unmatchable, "", "x"} {
		if _, ok := s.Match(input, time.Now()); ok {
			t.Errorf("Match(%q): got true", input)
		}
	}
	if _, ok := (Secret{}).Match("123456", time.Now()); ok {
		t.Error("Match of the zero Secret: got true")
	}
}

func TestActivateRemembersTheStep(t *testing.T) {
	s, now := mustParse(t, rfcKey), time.Unix(1_800_000_000, 0)
	active, ok := s.Activate(s.code(stepAt(now)-1), now)
	if !ok || active.used != stepAt(now)-1 {
		t.Errorf("Activate: got step %d, %v, want %d", active.used, ok, stepAt(now)-1)
	}
	if _, ok := s.Activate("000000", now); ok {
		t.Error("Activate with a wrong code: got true")
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"123456", "12 34 56", "1e5", "１２３４５６", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		got := parseCode(input)
		if got == noCode {
			return
		}
		if got != strings.ReplaceAll(input, " ", "") || len(got) != 6 || strings.Trim(got, "0123456789") != "" {
			t.Errorf("parseCode(%q): got %q", input, got)
		}
		if parseCode(got) != got {
			t.Errorf("parseCode(%q): got %q, want itself", got, parseCode(got))
		}
	})
}
