//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startCluster runs a Redis Cluster of three redis-servers until the test ends.
func startCluster(t testing.TB) string {
	t.Helper()
	var addrs []string
	for range 3 {
		u, err := url.Parse(startRedisWith(t, "--cluster-enabled", "yes", "--cluster-port", freePort(t), "--cluster-node-timeout", "2000"))
		if err != nil {
			t.Fatal(err)
		}
		addrs = append(addrs, u.Host)
	}
	create := append([]string{"-a", "hunter2", "--no-auth-warning", "--cluster", "create"}, addrs...)
	if out, err := exec.Command("redis-cli", append(create, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("making a cluster: %v\n%s", err, out)
	}
	for _, addr := range addrs {
		clusterUp(t, addr)
	}
	return "redis://:hunter2@" + addrs[0] + "?addr=" + addrs[1] + "&addr=" + addrs[2]
}

// clusterUp returns once a node serves its slots. A node that has just become a
// master refuses everything with CLUSTERDOWN for some two seconds more, though
// redis-cli says that the cluster is made.
func clusterUp(t testing.TB, addr string) {
	t.Helper()
	node := redis.NewClient(&redis.Options{Addr: addr, Password: "hunter2"})
	defer func() { _ = node.Close() }() // Nothing was written through it.
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		info, err := node.ClusterInfo(ctx).Result()
		if strings.Contains(info, "cluster_state:ok") {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("the node %s of the cluster is not up: %v\n%s", addr, err, info)
		}
	}
}

// Two servers on a Redis Cluster. People log in, talk over rooms that lie on
// different nodes, find the history and the pictures, and log out, everywhere.
func TestOnACluster(t *testing.T) {
	first, second := startTwo(t, startCluster(t))
	owner := first.login(t)
	second.clock.ahead.Store(first.clock.ahead.Load())
	guest := second.login(t)
	for _, p := range []*program{first, second} {
		for _, path := range []string{"/ready", "/health"} {
			if r := p.browser(t).get(t, path); r.status != http.StatusOK {
				t.Errorf("%s answers %d %s, want 200", path, r.status, r.body)
			}
		}
	}
	hers, his := owner.dial(t), guest.dial(t)
	for i := range 12 {
		room := fmt.Sprint("room", i)
		hers.send(t, `421["join",{"chat_id":"`+room+`"}]`)
		hers.expect(t, `431[{"room":"`+room)
		his.send(t, `421["join",{"chat_id":"`+room+`"}]`)
		his.expect(t, `431[{"room":"`+room)
		hers.expect(t, `42["member_joined"`)
		his.send(t, `422["send_message",{"chat_id":"`+room+`","message":"hello"}]`)
		hers.expect(t, `42["receive_message",{"chat_id":"`+room)
	}
	his.send(t, `42["typing",{"chat_id":"room5"}]`)
	hers.expect(t, `42["show_typing"`)
	upload := owner.request(t, http.MethodPost, "/chat/room3/files", "a picture")
	upload.Header.Set("Origin", owner.base)
	file := regexp.MustCompile(`/chat/room3/files/\w+`).FindString(owner.do(t, upload).body)
	if r := owner.at(second).get(t, file); r.status != http.StatusOK || r.body != "a picture" {
		t.Errorf("at the other server the picture %q is %d %q", file, r.status, r.body)
	}
	late := owner.at(second).dial(t)
	late.send(t, `421["join",{"chat_id":"room7"}]`)
	late.expect(t, `431[{"room":"room7"`)
	if r := owner.post(t, "/logout", nil); r.status != http.StatusSeeOther {
		t.Errorf("logout answers %d, want 303", r.status)
	}
	for _, s := range []*webSocket{hers, late} {
		s.expect(t, `42["session_ended",{"reason":"logout"}]`)
	}
	his.send(t, `422["send_message",{"chat_id":"room1","message":"still here"}]`)
	his.expect(t, `432[{"id"`)
	if r := guest.get(t, "/"); r.status != http.StatusOK {
		t.Errorf("the other one gets %d, want 200", r.status)
	}
}

// A server by the machine's clock, whose flood gate asks Redis as well. It meets
// nodes that want a password and send each key on to where it is; who brings one
// code must come in.
func TestLoginOnACluster(t *testing.T) {
	dir := t.TempDir()
	owner := enrolIn(t, dir)
	c := spawn(t, dir, "STORAGE_LIMITER="+startCluster(t))
	if status := c.comeIn(newChildBrowser(t), "203.0.113.9", codeAt(t, owner.Groups(), time.Now())); status != http.StatusSeeOther {
		t.Errorf("one right code: got %d, want 303\n%s", status, c.log)
	}
	if status := c.comeIn(newChildBrowser(t), "203.0.113.10", "12345"); status != http.StatusUnauthorized {
		t.Errorf("a wrong code: got %d, want 401\n%s", status, c.log)
	}
}
