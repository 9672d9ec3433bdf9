package cmd

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/auth"
)

// The attack: find the claim link before the owner does, and set up an
// authenticator of one's own. The owner hears of the first secret as of any other
// that takes its place, whoever made it, and only then sessions end.
func TestNewSecretsAreToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		open := func() *auth.Vault {
			v, err := auth.OpenVault(dir)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		var log output
		var rotations atomic.Int32
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go watch(ctx, open(), slog.New(slog.NewTextHandler(&log, nil)), func() { rotations.Add(1) })

		p := &program{dir: dir, clock: &clock{}}
		told := func(what, message string, want int32) {
			t.Helper()
			time.Sleep(3 * watchEvery)
			if n := strings.Count(log.String(), `level=WARN msg="`+message); n != 1 {
				t.Errorf("%s: the log says %d times that %s, want once:\n%s", what, n, message, log.String())
			}
			if got := rotations.Load(); got != want {
				t.Errorf("%s: sessions ended %d times, want %d", what, got, want)
			}
		}
		p.enrol(t)
		told("the first secret", "an authenticator was set up", 0)
		p.rotate(t)
		told("another secret", "secret was replaced", 1)
	})
}
