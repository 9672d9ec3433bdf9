//go:build e2e

package redistest

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// slots is how many there are in every cluster.
const slots = 16384

// A Cluster is a Redis Cluster of three processes without replicas.
type Cluster struct {
	Nodes []*redis.Client // one for each process, in the order of their slots
	addrs []string
}

// StartCluster starts a cluster on free ports of the loopback interface.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{}
	for range 3 {
		port, other := freePort(t), freePort(t)
		r := StartProcess(t, "--bind", "127.0.0.1", "--port", port, "--cluster-port", other,
			"--cluster-enabled", "yes", "--cluster-config-file", "nodes", "--cluster-node-timeout", "2000",
			"--appendonly", "no")
		c.Nodes = append(c.Nodes, r.Client(t))
		c.addrs = append(c.addrs, "127.0.0.1:"+port)
		if first := c.Nodes[0]; len(c.Nodes) > 1 {
			c.must(t, first.Do(context.Background(), "CLUSTER", "MEET", "127.0.0.1", port, other).Err())
		}
	}
	for i, node := range c.Nodes {
		c.must(t, node.ClusterAddSlotsRange(context.Background(), i*slots/3, (i+1)*slots/3-1).Err())
	}
	c.await(t, "three nodes that know each other", func() bool {
		for _, node := range c.Nodes {
			info := node.ClusterInfo(context.Background()).Val()
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3") {
				return false
			}
		}
		return true
	})
	return c
}

// Client returns a client with the limits of the program. It is closed with the
// test.
func (c *Cluster) Client(t testing.TB) *redis.ClusterClient {
	t.Helper()
	quiet()
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs:       c.addrs,
		DialTimeout: Limit, ReadTimeout: Limit, WriteTimeout: Limit, PoolTimeout: Limit,
		ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// Move moves the slot of a key, with all that is in it, from one node to another.
func (c *Cluster) Move(t testing.TB, key string, from, to int) {
	t.Helper()
	ctx := context.Background()
	slot := c.Nodes[0].ClusterKeySlot(ctx, key).Val()
	id := func(i int) string { return c.Nodes[i].Do(ctx, "CLUSTER", "MYID").Val().(string) }
	_, port, _ := net.SplitHostPort(c.addrs[to])
	c.must(t, c.Nodes[to].Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", id(from)).Err())
	c.must(t, c.Nodes[from].Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", id(to)).Err())
	for _, one := range c.Nodes[from].ClusterGetKeysInSlot(ctx, int(slot), 1000).Val() {
		c.must(t, c.Nodes[from].Migrate(ctx, "127.0.0.1", port, one, 0, Limit).Err())
	}
	for _, i := range []int{to, from} {
		c.must(t, c.Nodes[i].Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", id(to)).Err())
	}
}

// Holder is the node that has the slot of a key.
func (c *Cluster) Holder(key string) int {
	return int(c.Nodes[0].ClusterKeySlot(context.Background(), key).Val()) * 3 / slots
}

func (c *Cluster) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("setting up the cluster: %v", err)
	}
}

func (c *Cluster) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(20 * time.Second); !ok(); <-ticker.C {
		if time.Now().After(end) {
			t.Fatalf("there are no %s after 20 s", what)
		}
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("looking for a free port: %v", err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
