package auth

import (
	"crypto/subtle"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// period is the length of a step in seconds, digits that of a code, and window
// how many steps a code may be early or late.
const (
	period = 30
	digits = 6
	window = 1
)

// stepAt returns the number of the step that t lies in, as RFC 6238 counts.
func stepAt(t time.Time) int64 {
	return t.Unix() / period
}

// Match looks for code in the steps around now and returns the step it belongs
// to. It does not know which steps were used before.
//
// Every step is computed and compared in constant time whatever the input, so
// that the time taken tells nothing. When a code fits two steps, which happens
// once in a million, the later one is returned: the earlier would leave the
// code good for a second use.
func (s Secret) Match(code string, now time.Time) (step int64, ok bool) {
	return s.MatchRun([]string{code}, now)
}

// MatchRun looks for several codes in a row, oldest first, and returns the step
// of the newest. That one lies in the window around now; the others belong to
// the steps right before it, wherever these are, since typing them takes time.
func (s Secret) MatchRun(codes []string, now time.Time) (last int64, ok bool) {
	if s.key == nil || len(codes) == 0 {
		return 0, false
	}
	current, back := stepAt(now), len(codes)-1
	right := make([]string, back+2*window+1) // of the steps from current-window-back on
	for i := range right {
		right[i] = s.code(current + int64(i-window-back))
	}
	found := 0
	for d := range 2*window + 1 {
		same := 1
		for i, code := range codes {
			same &= subtle.ConstantTimeCompare([]byte(right[d+i]), []byte(parseCode(code)))
		}
		found = subtle.ConstantTimeSelect(same, d+1, found)
	}
	return current + int64(found-window-1), found != 0
}

// code computes the code of one step. Deriving steps from the library's HOTP,
// and not calling its TOTP check, is what tells us which step matched.
func (s Secret) code(step int64) string {
	c, err := hotp.GenerateCodeCustom(*s.key, uint64(step), hotp.ValidateOpts{
		Digits:    otp.DigitsSix,
		Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return unmatchable // The key is base32 by construction; matching nothing is the safe answer.
	}
	return c
}

// Activate checks the first code of a new secret. The returned secret
// remembers the code's step as used, so that it opens nothing afterwards.
func (s Secret) Activate(code string, now time.Time) (Secret, bool) {
	step, ok := s.Match(code, now)
	if !ok {
		return Secret{}, false
	}
	s.used = step
	return s, true
}

// noCode stands for input that is no code. It is as long as one, so that
// comparing takes as long, and equal to none, not even to unmatchable.
const (
	noCode      = "------"
	unmatchable = "xxxxxx"
)

// parseCode strips spaces, as people type "123 456", and returns six ASCII
// digits or noCode. No other character is forgiven: every one that is, is one
// more spelling of a used code.
func parseCode(input string) string {
	code := strings.ReplaceAll(input, " ", "")
	if len(code) != digits {
		return noCode
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return noCode
		}
	}
	return code
}
