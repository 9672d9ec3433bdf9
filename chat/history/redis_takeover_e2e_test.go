//go:build e2e

package history_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// A replica becomes the master, behind one address, and the old master its
// replica, as in a failover that was asked for. Connections to the old one stay
// open. Nothing that was acknowledged is lost, and everybody hears the rest.
func TestRedisReplicaTakesOver(t *testing.T) {
	t.Parallel()
	ports := []string{freePort(t), freePort(t)}
	one := redistest.StartProcess(t, "--port", ports[0])
	other := redistest.StartProcess(t, "--port", ports[1], "--replicaof", "127.0.0.1 "+ports[0])
	var master atomic.Pointer[redistest.Redis]
	master.Store(one)
	named := func(o *history.RedisOptions) {
		o.Client = one.Through(t, func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", master.Load().Addr)
		})
	}
	speaker, hearer := join(t, one, named), join(t, one, named)
	heard := hearer.follow("den")
	for i := range 5 {
		speaker.say("den", fmt.Sprint("before ", i))
	}
	a, b := one.Client(t), other.Client(t)
	linked := func() bool {
		return strings.Contains(b.Info(t.Context(), "replication").Val(), "master_link_status:up")
	}
	eventually(t, "the replica in step", func() bool { return linked() && b.DBSize(t.Context()).Val() == a.DBSize(t.Context()).Val() })
	if n, err := a.Wait(t.Context(), 1, 10*time.Second).Result(); err != nil || n != 1 {
		t.Fatalf("%d replicas have it all, %v; want 1", n, err)
	}

	for _, err := range []error{
		b.ReplicaOf(t.Context(), "NO", "ONE").Err(), a.ReplicaOf(t.Context(), "127.0.0.1", ports[1]).Err(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	master.Store(other)
	for i := range 5 {
		speaker.say("den", fmt.Sprint("after ", i))
	}
	want := "before 0 before 1 before 2 before 3 before 4 after 0 after 1 after 2 after 3 after 4"
	if got := texts(heard.await(t, 10)); got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	if got := texts(hearer.all("den")); got != want {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// freePort is a port that nobody had a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}
