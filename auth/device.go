package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode"

	"chat/auth/limit"
)

// device returns the hash of the device token that a request presents, empty
// when there is none. Of two different ones neither counts, as with sessions.
func (s *Server) device(r *http.Request) string {
	var token string
	for _, one := range tokens(r, deviceName(s.config.Secure)) {
		if token != "" && one != token {
			return ""
		}
		token = one
	}
	if token == "" {
		return ""
	}
	return hashToken(token)
}

// trust makes the browser that just logged in a trusted device, or gives the one that
// it was a token of its own for each login: a copy of an older one is worth nothing.
//
// The answer of Redis may be lost, or ours to the browser. So the token before counts
// until the new one is seen. If Redis fails, a device that was known keeps the old
// one, and another gets the new one, which may be good.
func (s *Server) trust(w http.ResponseWriter, r *http.Request, secret Secret, known bool) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // It never fails.
	token := base64.RawURLEncoding.EncodeToString(b)
	d := limit.Device{Hash: hashToken(token), Made: s.config.Now(), Agent: agentLine(r.UserAgent())}
	if err := s.limiter.Trust(r.Context(), s.device(r), d, secret.epoch); err != nil {
		s.config.Log.LogAttrs(r.Context(), slog.LevelWarn, "device not trusted", slog.String("error", err.Error()))
		if known {
			return
		}
	}
	if known {
		s.sent.add(d.Hash)
	}
	http.SetCookie(w, &http.Cookie{
		Name:     deviceName(s.config.Secure),
		Value:    token,
		Path:     "/",
		MaxAge:   int(limit.DeviceLife.Seconds()),
		Secure:   s.config.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}

// arrived ends the device token before the one that a request presents, if that is
// new. If it cannot be done now the next login does it.
func (s *Server) arrived(r *http.Request) {
	if s.sent.empty() || s.known.resting() {
		return
	}
	hash := s.device(r)
	if !s.sent.take(hash) {
		return
	}
	if err := s.limiter.Arrived(r.Context(), hash); err != nil {
		s.config.Log.LogAttrs(r.Context(), slog.LevelWarn, "older token of a device still good", slog.String("error", err.Error()))
	}
}

// sent is the device tokens, hashed, that took the place of others and that no
// browser showed yet.
type sent struct {
	mu     sync.Mutex
	hashes []string // the newest last; guarded by mu
}

// maxSent is far more than there are devices.
const maxSent = 256

func (t *sent) add(hash string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hashes = append(t.hashes, hash)
	t.hashes = t.hashes[max(0, len(t.hashes)-maxSent):]
}

func (t *sent) empty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.hashes) == 0
}

// take removes a token and reports whether it was there.
func (t *sent) take(hash string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.hashes, hash)
	if i >= 0 {
		t.hashes = slices.Delete(t.hashes, i, i+1)
	}
	return i >= 0
}

// hashToken is what Redis sees of a token.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// agentLine is a User-Agent fit for a record and a terminal: one line.
func agentLine(agent string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, shorten(agent, maxAgent))
}
