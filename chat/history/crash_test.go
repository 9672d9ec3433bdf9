package history_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"chat/chat/history"

	"go.uber.org/goleak"
)

// childDir is the variable by which the program of the tests becomes a server
// that is to be killed: it holds the folder of the log.
const childDir = "CHAT_HISTORY_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := speak(dir, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	// The Redis client starts this one before it learns that it is not wanted.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/redis/go-redis/v9/maintnotifications.(*CircuitBreakerManager).cleanupLoop"))
}

// The server is killed twenty times, at any moment: while it writes, begins a
// segment, rewrites others or removes them. What it acknowledged is there, in
// order, once, and is known when it is sent again.
func TestKilled(t *testing.T) {
	t.Parallel()
	o := crashOptions(t.TempDir())
	acked := make(map[string][]ack)
	for life := range 20 {
		for _, a := range speakAndDie(t, o.Dir, fmt.Sprint(life)) {
			acked[a.room] = append(acked[a.room], a)
		}
		w := open(t, o)
		for room, list := range acked {
			checkAcked(t, w, room, list)
			last := list[len(list)-1]
			if a := w.try(room, history.Entry{Key: last.key}); !a.again || a.entry.ID != last.id || a.err != nil {
				t.Errorf("life %d: the last message of %s is stored again: %+v", life, room, a)
			}
		}
		w.close()
	}
	if len(acked["quiet"]) < 20 || len(acked["busy"]) < 600 {
		t.Errorf("%d and %d messages were acknowledged; that is not much of a test", len(acked["quiet"]), len(acked["busy"]))
	}
}

// crashOptions are those of the server that is killed. It rewrites segments all
// the time.
func crashOptions(dir string) history.Options {
	o := history.Options{Dir: dir, Retention: history.Retention{Messages: 300, Bytes: 1 << 20}}
	o.SegmentBytes(16 << 10)
	return o
}

// An ack is what the server said before it died.
type ack struct {
	room, key string
	id        history.ID
}

// speakAndDie lets a server speak until it has acknowledged some messages, and
// kills it.
func speakAndDie(t *testing.T, dir, life string) (acks []ack) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(program, life)
	server.Env = append(os.Environ(), childDir+"="+dir)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatalf("starting the server: %v", err)
	}
	lines := bufio.NewScanner(out)
	for left := 50 + rand.N(400); lines.Scan(); left-- {
		var a ack
		if n, err := fmt.Sscan(lines.Text(), &a.room, &a.key, &a.id); n != 3 || err != nil {
			break // the last line, which was cut
		}
		acks = append(acks, a)
		if left == 0 {
			_ = server.Process.Kill()
		}
	}
	_ = server.Process.Kill() // if it was not
	_ = server.Wait()         // It was killed.
	return acks
}

// speak is the server: it stores messages in a quiet room and in a busy one, and
// prints what is acknowledged, until it is killed.
func speak(dir, life string) error {
	d, err := history.OpenDisk(crashOptions(dir))
	if err != nil {
		return err
	}
	defer d.Close(context.Background())
	slots := make(chan struct{}, 20)
	for i := 0; ; i++ {
		slots <- struct{}{}
		room := "busy"
		if i%50 == 0 {
			room = "quiet"
		}
		key := fmt.Sprintf("%s-%d", life, i)
		d.Append(room, history.Entry{Key: key, Data: make([]byte, 500)}, func(e history.Entry, _ bool, err error) {
			if err == nil {
				fmt.Println(room, key, e.ID)
			}
			<-slots
		})
	}
}

// checkAcked checks that a room holds every acknowledged message that is not
// older than what it keeps, once and in order.
func checkAcked(t *testing.T, w *world, room string, acks []ack) {
	t.Helper()
	stored := make(map[string]history.ID)
	last := history.ID("")
	list := w.all(room)
	for _, e := range list {
		if stored[e.Key] != "" || e.ID <= last {
			t.Fatalf("%s: %s with key %s comes after %s, and the key was there: %s", room, e.ID, e.Key, last, stored[e.Key])
		}
		stored[e.Key], last = e.ID, e.ID
	}
	for _, a := range acks {
		dropped := len(list) == w.options.Retention.Messages && a.id < list[0].ID
		if !dropped && stored[a.key] != a.id {
			t.Fatalf("%s: the message %s was acknowledged as %s; the log has it as %q", room, a.key, a.id, stored[a.key])
		}
	}
}
