package auth

import (
	"net/http"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// pair is two servers on one Redis, by one clock.
func pair(t *testing.T, r *redistest.Redis, one, two *Vault) (*world, *world) {
	t.Helper()
	a := newWorldWith(t, r, one)
	b := newWorldWith(t, r, two, func(c *Config) { c.Now = a.clock.Now })
	b.clock = a.clock
	return a, b
}

// opens reports whether a server lets its owner in; else it has to say 503.
func (w *world) opens() bool {
	w.t.Helper()
	w.clock.Advance(2 * time.Minute) // other codes
	b := w.browser("192.0.2.1")
	a := b.inARow(3)
	if a.StatusCode != http.StatusSeeOther {
		b.want(a, http.StatusServiceUnavailable)
		if a.Header.Get("Retry-After") == "" || len(a.Header.Values("Set-Cookie")) > 0 {
			w.t.Errorf("got Retry-After %q, Set-Cookie %q", a.Header.Get("Retry-After"), a.Header.Values("Set-Cookie"))
		}
	}
	return a.StatusCode == http.StatusSeeOther
}

// seconds has servers look once a second.
func (w *world) seconds(n int, others ...*world) {
	for range n {
		w.clock.Advance(time.Second)
		for _, one := range append([]*world{w}, others...) {
			one.server.look(w.t.Context())
		}
	}
}

// tells checks how often the log says that nobody can log in, or that they can again.
func (w *world) tells(record string, times int) {
	w.t.Helper()
	if got := w.records(record); len(got) != times {
		w.t.Errorf("%q is in the log %d times, want %d", record, len(got), times)
	}
}

const barred, again = "nobody can log in here", "people can log in here again"

// The attack: codes of a secret that was replaced on one server and not on another.
// The fault: a server is pointed at the Redis of others with another TOTP_SECRET. Of
// two secrets of the environment nobody knows which is newer, but only one of them
// lets people in at a time.
func TestOneSecretAtATime(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		first, second := pair(t, r, FixedVault(newSecret(t)), FixedVault(newSecret(t)))
		first.seconds(61, second) // the first codes of new counters count as used
		if !first.opens() || second.opens() {
			t.Fatal("the server that came first does not let people in, or the other one does")
		}
		first.tells(barred, 0)
		second.tells(barred, 1)
		for codes := 1; codes <= 3; codes++ {
			pairs := []string{"code", second.wrongCode(1), "code2", second.wrongCode(2), "code3", second.wrongCode(3)}
			guesser := second.browser("198.51.100.1")
			guesser.want(guesser.post("/auth", pairs[:2*codes]...), http.StatusServiceUnavailable)
		}
		b := first.browser("192.0.2.1")
		first.clock.Advance(2 * time.Minute)
		b.want(b.inARow(3), http.StatusSeeOther)

		first.seconds(1, second)
		// Redis was away, and the wrong one is the first to see that it is back.
		r.Client.Del(t.Context(), inUseKey("test:"))
		second.seconds(4)
		first.seconds(1)
		if b.want(b.get("/chat/x"), http.StatusOK); second.opens() {
			t.Error("after an outage the other one lets people in")
		}

		first.seconds(1, second)
		// The first one ends. It is not told to anybody: it was killed.
		r.Client.Del(t.Context(), inUseKey("test:"))
		second.seconds(4)
		second.tells(again, 0)
		second.seconds(3)
		second.tells(again, 1)
		if !second.opens() || first.opens() {
			t.Error("after the end of the first the other one does not let people in, or both do")
		}
		first.seconds(1, second) // as if it had only been cut off
		first.tells(barred, 1)
		if first.ended.String() == "" {
			t.Error("a session of a secret that is out of use goes on")
		}
		if a := b.get("/chat/x"); a.StatusCode == http.StatusOK {
			t.Errorf("its page: got %d", a.StatusCode)
		}
	})
}

// A TOTP_SECRET that is changed while its only server is down counts at once; a
// server that ends in good order takes its note away.
func TestAChangedSecretOfTheEnvironment(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		before, after := pair(t, r, FixedVault(newSecret(t)), FixedVault(newSecret(t)))
		before.seconds(61)
		if !before.opens() {
			t.Fatal("the first server does not let people in")
		}
		before.server.leave(t.Context())
		after.seconds(1)
		after.tells(barred, 0)
		if !after.opens() || before.opens() {
			t.Error("the new secret does not open, or the old one does")
		}
	})
}

// A secret in a folder is newer than any of the environment, by its number, but no
// server is to take the place of others that run.
func TestAFolderBesideTheEnvironment(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		vault := openVault(t, t.TempDir())
		if err := vault.Create(newSecret(t)); err != nil {
			t.Fatal(err)
		}
		env, folder := pair(t, r, FixedVault(newSecret(t)), vault)
		env.seconds(61)
		if folder.opens() || !env.opens() {
			t.Error("before it looked: the folder's server lets people in, or the other does not")
		}
		env.seconds(10, folder)
		if folder.opens() || !env.opens() {
			t.Error("the folder's server lets people in, or the other does not")
		}
		folder.tells(barred, 1)
	})
}

// Two folders that were enrolled in the same second have one epoch and two secrets.
func TestTwoFoldersOfOneSecond(t *testing.T) {
	var vaults [2]*Vault
	for i := range vaults {
		s := newSecret(t)
		s.epoch = 1767225600
		dir := t.TempDir()
		vaults[i] = openVault(t, dir)
		if err := vaults[i].write(s, func(temp string) error { return publishNew(temp, vaults[i].path()) }); err != nil {
			t.Fatal(err)
		}
	}
	first, second := pair(t, redistest.Embedded(t), vaults[0], vaults[1])
	first.seconds(61, second)
	if !first.opens() || second.opens() {
		t.Error("the server that came first does not let people in, or the other one does")
	}
	if err := vaults[1].Replace(newSecret(t)); err != nil {
		t.Fatal(err)
	}
	second.secret, _ = vaults[1].Current()
	if !second.opens() || first.opens() {
		t.Error("a rotation does not take over, or leaves the old secret good")
	}
}
