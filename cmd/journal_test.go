package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// keptRedis starts an embedded Redis on a folder.
func keptRedis(t *testing.T, dir string) (rdb *redis.Client, stop func(), log *output) {
	t.Helper()
	quietRedis()
	log = &output{}
	rdb, stop, err := startEmbedded(dir, time.Hour, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatalf("starting: %v", err)
	}
	return rdb, stop, log
}

// fill writes a key of each kind, with and without an end.
func fill(t *testing.T, rdb *redis.Client) {
	t.Helper()
	script := redis.NewScript(`redis.call("HSET", KEYS[1], "a", ARGV[1], "b", "2") redis.call("SET", KEYS[2], "z", "PX", 3600000) return 1`)
	ctx := t.Context()
	for _, err := range []error{
		script.Run(ctx, rdb, []string{"hash", "counted"}, "\x00\xff").Err(),
		rdb.Set(ctx, "text", "one", 0).Err(),
		rdb.Set(ctx, "text", "two", time.Hour).Err(),
		rdb.ZAdd(ctx, "steps", redis.Z{Score: 59848646, Member: "59848646"}).Err(),
		rdb.ZAdd(ctx, "steps", redis.Z{Score: 59848647, Member: "59848647"}).Err(), // as a second session comes to the first
		rdb.Set(ctx, "gone", "x", 0).Err(),
		rdb.Del(ctx, "gone", "never").Err(),
		rdb.HSet(ctx, "hash", "c", "").Err(),
	} {
		if err != nil {
			t.Fatalf("writing: %v", err)
		}
	}
}

const filled = "steps [{5.9848646e+07 59848646} {5.9848647e+07 59848647}] hash map[a:\x00\xff b:2 c:] text two counted z gone "

func holds(t *testing.T, rdb *redis.Client) string {
	t.Helper()
	ctx := t.Context()
	return fmt.Sprintf("steps %v hash %v text %s counted %s gone %s",
		rdb.ZRangeWithScores(ctx, "steps", 0, -1).Val(), rdb.HGetAll(ctx, "hash").Val(),
		rdb.Get(ctx, "text").Val(), rdb.Get(ctx, "counted").Val(), rdb.Get(ctx, "gone").Val())
}

// A crash is a copy of the folder, taken while the store runs.
func TestStateSurvivesACrash(t *testing.T) {
	dir := t.TempDir()
	rdb, stop, _ := keptRedis(t, dir)
	defer stop()
	fill(t, rdb)
	crashed := t.TempDir()
	copyFile(t, dir, crashed)
	for range 2 { // The second start reads what the first one made of it.
		again, stopAgain, log := keptRedis(t, crashed)
		if got := holds(t, again); got != filled {
			t.Errorf("after the crash it holds\n%q, want\n%q", got, filled)
		}
		for key, want := range map[string]time.Duration{"text": time.Hour, "counted": time.Hour, "hash": -1} {
			if got := again.TTL(t.Context(), key).Val(); (got - want).Abs() > 10*time.Second {
				t.Errorf("%s lives for %v, want %v", key, got, want)
			}
		}
		if log.String() != "" {
			t.Errorf("the log complains:\n%s", log)
		}
		stopAgain()
	}
	if info, err := os.Stat(filepath.Join(dir, journalName)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("state file: got %v, %v, want mode 0600", info.Mode(), err)
	}
}

// The attack or fault: the file is cut, zeroed, a bit flips, lines are missing
// or change places. Nothing of it may be believed, and the server still starts.
func TestDamagedState(t *testing.T) {
	dir := t.TempDir()
	rdb, stop, _ := keptRedis(t, dir)
	fill(t, rdb)
	rdb.HSet(t.Context(), "chat:login:guard", "time", "1")
	rdb.Set(t.Context(), "last", "x", 0)
	stop()
	good, err := os.ReadFile(filepath.Join(dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(good), "\n") // the last is empty, the one before says that it is the last
	end := len(lines) - 2
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	tests := []struct {
		name, content string
		torn          bool
	}{
		{"empty", "", false},
		{"zeroed", strings.Repeat("\x00", len(good)), false},
		{"a bit flipped", string(flipped), false},
		{"a line missing", strings.Join(append([]string{lines[0]}, lines[2:]...), ""), false},
		{"two lines swapped", lines[0] + lines[2] + lines[1] + strings.Join(lines[3:], ""), false},
		{"another format", "{}\n", false},
		{"half a first line", lines[0][:20], false},
		{"cut", string(good[:len(good)-5]), true},
		{"cut in a line", strings.Join(lines[:end-1], "") + lines[end-1][:30], true},
		{"cut after a line", strings.Join(lines[:end], ""), true},
		{"cut after an earlier line", strings.Join(lines[:end-1], ""), true},
		{"a line missing before the end", strings.Join(lines[:end-1], "") + lines[end], false},
		{"more after the end", string(good) + lines[end], false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, journalName), []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			rdb, stop, log := keptRedis(t, dir)
			if n := rdb.Exists(t.Context(), "chat:login:guard").Val(); n != 0 {
				t.Error("the counters are believed")
			}
			stop()
			rdb, stop, _ = keptRedis(t, dir)
			defer stop()
			if n := rdb.Exists(t.Context(), "chat:login:guard").Val(); n != 0 {
				t.Error("the next start believes the counters")
			}
			if got := holds(t, rdb) == filled; got != tt.torn {
				t.Errorf("the rest is believed: got %v, want %v", got, tt.torn)
			}
			if !strings.Contains(log.String(), "WARN") {
				t.Errorf("the log says nothing of it:\n%s", log)
			}
			if err := rdb.Set(t.Context(), "text", "new", 0).Err(); err != nil {
				t.Errorf("writing afterwards: %v", err)
			}
		})
	}
}

// The fault: the disk is full. What cannot be kept is an error, so that nobody
// acts on it.
func TestStateThatCannotBeKept(t *testing.T) {
	rdb, stop, _ := keptRedis(t, t.TempDir())
	defer stop()
	k := keeperOf(t)
	k.journal.file.Close() // as good as full
	if err := k.during(t.Context(), []string{"a"}, func() error { return k.m.Set("a", "1") }); err == nil {
		t.Error("a change that was not kept is no error")
	}
	if err := rdb.Get(t.Context(), "text").Err(); err != redis.Nil {
		t.Errorf("reading: got %v, want it to go on", err)
	}
}

// The fault: the disk is full in the middle of a line. Once there is room again
// the file is whole and goes on.
func TestHalfALineIsTakenBack(t *testing.T) {
	dir := t.TempDir()
	j, _, err := openJournal(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	one, two := entry{Key: "one", Text: []byte("1")}, entry{Key: "two", Text: []byte("2")}
	if err := j.put(one); err != nil {
		t.Fatalf("put: %v", err)
	}
	half := line(j.next, `{"k":"lost","v":"`+strings.Repeat("A", 1000)) // more than the last line that it covers
	if _, err := j.file.WriteAt([]byte(half), j.size); err != nil {
		t.Fatal(err)
	}
	if err := j.takeBack(); err != nil {
		t.Fatalf("taking it back: %v", err)
	}
	if err := j.put(two); err != nil {
		t.Fatalf("put: %v", err)
	}
	j.close()
	again, flaw, err := openJournal(dir, time.Now())
	if err != nil || flaw != nil {
		t.Fatalf("opening it again: got %v, %v", flaw, err)
	}
	defer again.close()
	if want := map[string]entry{"one": one, "two": two}; !maps.EqualFunc(again.live, want, entry.same) {
		t.Errorf("it holds %v, want %v", again.live, want)
	}
}

// keeperOf makes a keeper without a client.
func keeperOf(t *testing.T) *keeper {
	t.Helper()
	j, _, err := openJournal(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return &keeper{m: miniredis.NewMiniRedis(), journal: j, turn: make(chan struct{}, 1)}
}

func TestJournalIsCompacted(t *testing.T) {
	j, _, err := openJournal(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	big := bytes.Repeat([]byte("x"), 1<<20)
	for i := range 12 {
		big[0] = byte(i)
		if err := j.put(entry{Key: "big", Text: big}, entry{Key: "old", Text: []byte{byte(i)}, Until: 1}); err != nil {
			t.Fatalf("put: %v", err)
		}
	}
	if j.size > compactAt+2<<20 {
		t.Errorf("after 12 MiB of changes it has %d bytes, want about 4 MiB at most", j.size)
	}
	f, err := os.Open(j.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	live, err := readJournal(f)
	if err != nil || !bytes.Equal(live["big"].Text, big) {
		t.Errorf("reading it: got %d keys, %v", len(live), err)
	}
}

// A command of another process reaches the running server's state, and without
// one the state in the folder.
func TestOpenState(t *testing.T) {
	dir := t.TempDir()
	c := Config{DataDir: dir, Storage: embeddedStorage}
	log := slog.New(slog.DiscardHandler)
	unlock, err := lockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	rdb, stop, _ := keptRedis(t, dir)
	rdb.Set(t.Context(), "text", "one", 0)
	other, stopOther, err := openState(t.Context(), c, log)
	if err != nil || other.Get(t.Context(), "text").Val() != "one" {
		t.Fatalf("beside a server: got %v, want its state", err)
	}
	stopOther()
	if info, err := os.Stat(filepath.Join(dir, runningName)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("address file: got %v, want mode 0600", err)
	}
	stop()
	unlock()
	other, stopOther, err = openState(t.Context(), c, log)
	if err != nil || other.Get(t.Context(), "text").Val() != "one" {
		t.Fatalf("without a server: got %v, want the folder's state", err)
	}
	stopOther()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(from, journalName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, journalName), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// holding is a journal that holds entries, without a file.
func holding(t testing.TB, entries ...entry) *journal {
	t.Helper()
	j := &journal{live: make(map[string]entry)}
	for _, e := range entries {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		e.text = string(text)
		j.hold(e)
	}
	return j
}

// many are so many entries that nothing ends.
func many(n int) []entry {
	list := make([]entry, n)
	for i := range list {
		list[i] = entry{Key: fmt.Sprintf("key %06d", i), Text: []byte("0 0 0 1767225600000")}
	}
	return list
}

// The attack: guess from so many addresses that the state is large, so that each
// change of it costs everybody who logs in the time to go through all of it.
func TestAPutCostsTheSameWithManyKeys(t *testing.T) {
	allocations := func(keys int) float64 {
		dir := t.TempDir()
		lines, end := holding(t, many(keys)...).snapshot()
		writeFile(t, filepath.Join(dir, journalName), string(lines)+end, 0o600)
		j, flaw, err := openJournal(dir, time.Now())
		if err != nil || flaw != nil || len(j.live) != keys {
			t.Fatalf("opening it: %v, %v, %d keys", err, flaw, len(j.live))
		}
		defer j.close()
		if keys > 100_000 && j.size < 2*compactAt {
			t.Fatalf("it has %d bytes; this test tests nothing", j.size)
		}
		n := byte(0)
		return testing.AllocsPerRun(20, func() {
			n++
			if err := j.put(entry{Key: "guard", Hash: map[string][]byte{"single": {n}}}); err != nil {
				t.Fatalf("put: %v", err)
			}
		})
	}
	few, lots := allocations(10), allocations(200_000)
	if lots > few+50 {
		t.Errorf("a put allocates %.0f times with 200,000 keys, %.0f times with ten", lots, few)
	}
}

// What is written of the whole state is paid for by as much that came before.
func TestCompactionsAreRare(t *testing.T) {
	t.Parallel()
	j, _, err := openJournal(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	compactions, last := 0, j.size
	for round := range 8 {
		for part := range slices.Chunk(many(50_000), 5_000) {
			for i := range part {
				part[i].Until = time.Now().Add(time.Hour).UnixMilli() + int64(round)
			}
			if err := j.put(part...); err != nil {
				t.Fatalf("put: %v", err)
			}
			if j.size < last {
				compactions++
			}
			last = j.size
			if j.size > max(compactAt, 2*j.held) {
				t.Fatalf("it has %d bytes, of which %d count", j.size, j.held)
			}
		}
	}
	if compactions == 0 || compactions > 8 {
		t.Errorf("all of 50,000 keys changed eight times, and all was written %d times", compactions)
	}
	lines, _ := j.snapshot()
	if off := j.held - int64(len(lines)); max(off, -off) > int64(len(lines)/20) {
		t.Errorf("it counts %d bytes, and holds %d", j.held, len(lines))
	}
}

// What has ended leaves the memory and the file, though nobody asks for it.
func TestWhatEndedIsReleased(t *testing.T) {
	j, _, err := openJournal(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	for i := range 40 {
		part := many(1000)
		for k := range part {
			part[k].Key += fmt.Sprint(" of ", i)
			part[k].Until = 1 // long ago
		}
		if err := j.put(part...); err != nil {
			t.Fatalf("put: %v", err)
		}
	}
	if len(j.live) > 2000 || j.size > compactAt {
		t.Errorf("it has %d keys and %d bytes, want about none of 40,000 keys", len(j.live), j.size)
	}
}

// What decodes must encode to a file that decodes to the same; what does not
// gives nothing.
func FuzzReadJournal(f *testing.F) {
	j := holding(f,
		entry{Key: "a", Text: []byte("1"), Until: 1}, entry{Key: "b", Hash: map[string][]byte{"f": []byte("v")}},
		entry{Key: "c", Sorted: map[string]float64{"1": 1}},
	)
	lines, end := j.snapshot()
	good := string(lines) + end
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add(string(lines))
	f.Add(good + end)
	f.Add(line(0, journalFormat) + line(1, `{"k":"a"}`) + line(2, journalEnd))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		live, err := readJournal(strings.NewReader(text))
		if err != nil && !errors.Is(err, errTornJournal) {
			if live != nil {
				t.Errorf("got %v with error %v, want nothing", live, err)
			}
			return
		}
		lines, end := holding(t, slices.Collect(maps.Values(live))...).snapshot()
		again, err := readJournal(bytes.NewReader(append(lines, end...)))
		if err != nil || !maps.EqualFunc(live, again, func(a, b entry) bool { return a.same(b) && a.Until == b.Until }) {
			t.Errorf("%q: got %v, then %v, %v", text, live, again, err)
		}
	})
}
