package cmd

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chat/auth"
)

// How long the owner waits for a login with three codes from an unknown device,
// at rest and while a botnet guesses a thousand times a second: each time from
// one of 50,000 addresses, with one code, two or three. The server is a process
// of its own on this machine, the attackers share its processors.
//
//	go test -tags e2e ./cmd -run '^$' -bench Login -benchtime 100x
func BenchmarkLogin(b *testing.B) {
	for _, store := range backends {
		for _, rate := range []int{0, 1000} {
			b.Run(fmt.Sprintf("%s/%d_a_second", store.name, rate), func(b *testing.B) {
				benchmarkLogin(b, store.start(b), rate)
			})
		}
	}
}

func benchmarkLogin(b *testing.B, storage string, rate int) {
	o := newAttackedOwner(b, storage)
	net := attackAt(o.server, rate, 500)
	defer net.stop()
	net.await(int64(rate)) // its first second is not counted
	var took []time.Duration
	failed := 0
	begin, answered := time.Now(), net.answered.Load()
	pause := time.NewTicker(150 * time.Millisecond)
	defer pause.Stop()
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		<-pause.C
		codes := o.unusedCodes(b)
		b.StartTimer()
		start := time.Now()
		if status, _ := o.server.guess(newChildBrowser(b), "203.0.113.1", codes...); status != http.StatusSeeOther {
			failed++
		}
		took = append(took, time.Since(start))
	}
	b.StopTimer()
	slices.Sort(took)
	for _, p := range []int{50, 90, 99} {
		b.ReportMetric(float64(took[(len(took)-1)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(float64(failed), "failed")
	b.ReportMetric(float64(net.answered.Load()-answered)/time.Since(begin).Seconds(), "tries/s")
	b.ReportMetric(float64(net.unavailable.Load()), "503s")
}

// attackedOwner has a server in a process of its own and always an unused code.
type attackedOwner struct {
	server *child
	vault  *auth.Vault
}

func newAttackedOwner(t testing.TB, storage string) *attackedOwner {
	t.Helper()
	return newAttackedOwnerIn(t, t.TempDir(), storage)
}

func newAttackedOwnerIn(t testing.TB, dir, storage string) *attackedOwner {
	t.Helper()
	vault, err := auth.OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.Create(someSecret(t)); err != nil {
		t.Fatal(err)
	}
	return &attackedOwner{spawn(t, dir, "STORAGE_LIMITER="+storage, "LOG_FILE=off"), vault}
}

// unusedCodes returns three in a row. A code works once, and there is a new one
// every 30 seconds only; but a new secret has codes that nobody used.
func (o *attackedOwner) unusedCodes(t testing.TB) []string {
	t.Helper()
	s := someSecret(t)
	if err := o.vault.Replace(s); err != nil {
		t.Fatal(err)
	}
	codes := make([]string, 3)
	for i := range codes {
		codes[i] = codeAt(t, s.Groups(), time.Now().Add(time.Duration(i-2)*30*time.Second))
	}
	return codes
}

func someSecret(t testing.TB) auth.Secret {
	t.Helper()
	s, err := auth.NewSecret("chat", "owner")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// botnet guesses until it is stopped.
type botnet struct {
	answered, unavailable atomic.Int64
	over                  chan struct{}
	running               sync.WaitGroup
}

// attackAt begins an attack with so many tries a second, whether they are
// answered or not; no more than most are under way.
func attackAt(c *child, rate, most int) *botnet {
	a := &botnet{over: make(chan struct{})}
	if rate == 0 {
		return a
	}
	const every = 5 * time.Millisecond
	bots := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: most}, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	under := make(chan struct{}, most)
	a.running.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		defer bots.CloseIdleConnections()
		begin, sent := time.Now(), 0
		for {
			select {
			case <-a.over:
				return
			case now := <-ticker.C:
				for ; sent < int(now.Sub(begin).Seconds()*float64(rate)); sent++ {
					select {
					case under <- struct{}{}:
						a.running.Go(func() {
							a.guess(c, bots)
							<-under
						})
					default: // a bot that waits for its answer
					}
				}
			}
		}
	})
	return a
}

func (a *botnet) guess(c *child, bots *http.Client) {
	n := rand.IntN(50_000)
	codes := []string{"12345", "12345", "12345"}[:1+rand.IntN(3)] // of no length that could be right by chance
	status, _ := c.guess(bots, fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255), codes...)
	a.answered.Add(1)
	if status == http.StatusServiceUnavailable {
		a.unavailable.Add(1)
	}
}

// await waits until so many guesses were answered.
func (a *botnet) await(n int64) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for a.answered.Load() < n {
		<-look.C
	}
}

func (a *botnet) stop() {
	close(a.over)
	a.running.Wait()
}
