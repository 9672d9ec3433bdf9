package cmd

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"chat/auth"
)

// The owner ends a session from the terminal while the server runs: its sockets
// close, and a crash does not bring it back.
func TestEndingASessionFromOutside(t *testing.T) {
	p := start(t, options{})
	b := p.login(t)
	socket := b.dial(t)
	rdb, stop, err := openState(t.Context(), Config{DataDir: p.dir, Storage: embeddedStorage}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("reaching the state: %v", err)
	}
	defer stop()
	ledger := auth.NewLedger(p.vault(t), rdb, redisPrefix)
	sessions, err := ledger.Sessions(t.Context())
	if err != nil || len(sessions) != 1 {
		t.Fatalf("sessions: got %v, %v, want one", sessions, err)
	}
	if err := ledger.EndSession(t.Context(), sessions[0].ID); err != nil {
		t.Fatalf("ending it: %v", err)
	}
	socket.expect(t, `42["session_ended",{"reason":"logout"}]`)
	if r := b.get(t, "/"); r.status != http.StatusSeeOther {
		t.Errorf("the session gets %d, want 303 to the login", r.status)
	}
	crashed := t.TempDir()
	copyFile(t, p.dir, crashed)
	j, _, err := openJournal(crashed, p.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	for key := range j.live {
		if strings.HasPrefix(key, redisPrefix+"session:") {
			t.Errorf("the state on disk still has %s", key)
		}
	}
}
