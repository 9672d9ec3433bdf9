package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
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

// trust makes the browser that just logged in a trusted device, under a token
// of its own for each login: a copy of an older one is worth nothing. If it
// cannot be done now the next login does it.
func (s *Server) trust(w http.ResponseWriter, r *http.Request, secret Secret) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // It never fails.
	token := base64.RawURLEncoding.EncodeToString(b)
	d := limit.Device{Hash: hashToken(token), Made: s.config.Now(), Agent: agentLine(r.UserAgent())}
	if err := s.limiter.Trust(r.Context(), s.device(r), d, secret.epoch); err != nil {
		s.config.Log.LogAttrs(r.Context(), slog.LevelWarn, "device not trusted", slog.String("error", err.Error()))
		return
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
