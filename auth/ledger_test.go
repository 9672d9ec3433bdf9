package auth

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"chat/auth/internal/redistest"
)

// The owner looks who is in, and ends a session and a device by what the list
// shows. That itself opens nothing.
func TestLedger(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		l := NewLedger(w.vault, r.Client, "test:")
		ann, bo := w.browser("192.0.2.1"), w.browser("192.0.2.2")
		first, second := ann.mustLogin(), bo.mustLogin()
		sessions, err := l.Sessions(t.Context())
		if err != nil || len(sessions) != 2 || sessions[0].ID != second.ID || sessions[1].ID != first.ID ||
			sessions[0].Agent != "Go-http-client/1.1" || !sessions[0].Made.Equal(w.clock.Now()) {
			t.Fatalf("Sessions: got %+v, %v, want two, the newest first", sessions, err)
		}
		devices, err := l.Devices(t.Context())
		if err != nil || len(devices) != 2 || devices[0].Agent != "Go-http-client/1.1" {
			t.Fatalf("Devices: got %+v, %v, want two", devices, err)
		}
		for _, id := range []string{sessions[0].ID, devices[0].ID} {
			if strings.Contains(bo.cookie()+bo.device(), id) {
				t.Errorf("the list shows a part of a token: %s", id)
			}
		}
		if err := l.EndSession(t.Context(), second.ID); err != nil {
			t.Fatalf("EndSession: got %v", err)
		}
		bo.want(bo.get("/chat/x"), http.StatusSeeOther)
		ann.want(ann.get("/chat/x"), http.StatusOK)
		if err := l.EndSession(t.Context(), second.ID); !errors.Is(err, ErrUnknownSession) {
			t.Errorf("EndSession again: got %v", err)
		}
		if err := l.EndDevice(t.Context(), devices[0].ID); err != nil {
			t.Fatalf("EndDevice: got %v", err)
		}
		if err := l.EndDevice(t.Context(), devices[0].ID); !errors.Is(err, ErrUnknownDevice) {
			t.Errorf("EndDevice again: got %v", err)
		}
		w.attack()
		if page := bo.get("/auth"); !strings.Contains(page.body, "code2") {
			t.Error("the device is still trusted")
		}
		if err := w.vault.Replace(newSecret(t)); err != nil {
			t.Fatal(err)
		}
		sessions, err = l.Sessions(t.Context())
		devices, err2 := l.Devices(t.Context())
		if len(sessions)+len(devices) != 0 || err != nil || err2 != nil {
			t.Errorf("after a rotation: got %v, %v, want none", sessions, devices)
		}
	})
}

// The attack: log in again and again, until Redis is full of sessions.
func TestTwentySessions(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		var people []*browser
		var ids []string
		for range 22 {
			b := w.browser("192.0.2.1")
			people, ids = append(people, b), append(ids, b.mustLogin().ID)
		}
		for i, b := range people {
			if _, ok := b.visitor(); ok != (i >= 2) {
				t.Errorf("session %d: got %v, want only the last 20", i, ok)
			}
		}
		if got := w.ended.String(); got != ids[0]+"\n"+ids[1]+"\n" {
			t.Errorf("ended: got %q, want the first two", got)
		}
		if n := len(r.Client.Keys(t.Context(), "test:session:*").Val()); n != 20 {
			t.Errorf("sessions in Redis: got %d, want 20", n)
		}
	})
}
