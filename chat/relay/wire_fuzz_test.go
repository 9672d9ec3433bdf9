package relay

import (
	"log/slog"
	"maps"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"chat/chat/internal/bus"
)

const another = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// FuzzDecode feeds what reads the messages of other servers. One that is taken is
// written as it was.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		another + " said\nhello", another + " here\n[]", another + " nobody\n", another + " nobody\nx", another + " call\n" + strings.Repeat("0", 64),
		another + " gone\n", another + "\n", " said\n", "", another + " said", strings.ToLower(another) + " said\n", another + "  said\n\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		server, kind, payload, err := decode(message)
		if err != nil {
			if server != "" || kind != "" || payload != "" {
				t.Fatalf("%q: got %q %q %q with an error", message, server, kind, payload)
			}
			return
		}
		if !serverID.MatchString(server) || string(encode(server, kind, []byte(payload))) != message {
			t.Fatalf("%q is read as %q %q %q", message, server, kind, payload)
		}
	})
}

// A scribe writes down what it hears of a room.
type scribe struct {
	t    *testing.T
	here map[string]string
}

func (s *scribe) Said([]byte) {}

func (s *scribe) Here(server string, people []byte) {
	switch _, known := s.here[server]; {
	case !serverID.MatchString(server):
		s.t.Fatalf("told of a server called %q", server)
	case people != nil:
		s.here[server] = string(people)
	case !known:
		s.t.Fatalf("told that %q is gone, which was not there", server)
	default:
		delete(s.here, server)
	}
}

// FuzzHeard publishes anything to a server, in its room and where servers call
// for what another one has, and then has it find anything in Redis. It believes
// the living, and whoever is told of them is told once of each change.
func FuzzHeard(f *testing.F) {
	for _, seed := range [][4]string{
		{another + " here\n[1]", another + " nobody\n", another, "[2]"},
		{another + " said\nx", another + " call\n" + strings.Repeat("0", 64), "x", ""},
		{another + " here\n[1]", another + " here\n[2]", "BBCDEFGHIJKLMNOPQRSTUVWXYZ", "[]"},
		{another + " call\n../x", "", "", ""},
	} {
		for _, calls := range []bool{false, true} {
			f.Add(seed[0], seed[1], seed[2], seed[3], calls)
		}
	}
	f.Fuzz(func(t *testing.T, one, two, server, people string, calls bool) {
		s := &scribe{t, make(map[string]string)}
		den := &room{name: "den", hearer: s, told: make(map[string]string)}
		r := &Relay{
			bus: &bus.Bus{}, id: strings.Repeat("A", 26), beat: time.Hour, junk: bus.NewJunk(slog.New(slog.DiscardHandler)), others: make(others), todo: newTodo(),
			wake: make(chan struct{}, 1), rooms: map[string]*room{"den": den}, channels: map[string]*room{"den": den},
		}
		r.called = func(name string) {
			if !parcelName.MatchString(name) {
				t.Fatalf("called for %q", name)
			}
		}
		channel := "den"
		if calls {
			channel = r.callChannel()
		}
		r.heard(channel, one)
		r.heard(channel, two)
		if calls && len(s.here) > 0 {
			t.Fatalf("a call tells who is here: %q", s.here)
		}
		r.compare(den, map[string]string{server: people}, true)
		if !maps.Equal(s.here, den.told) {
			t.Fatalf("was told of %q, and the relay thinks of %q", s.here, den.told)
		}
		for _, g := range r.todo.graves {
			if !serverID.MatchString(g.server) {
				t.Fatalf("a server called %q is to be buried", g.server)
			}
		}
		for name := range s.here {
			if name != server || !r.alive(name) || name == r.id {
				t.Fatalf("was told that %q is here", name)
			}
		}
	})
}

// FuzzOlder feeds what compares the times that Redis has of servers. What is no
// time is old, and of two that are neither is far behind the other and ahead of it.
func FuzzOlder(f *testing.F) {
	for _, seed := range [][2]string{{"1000", "9000"}, {"9000", "1000"}, {"1000", "1000"}, {"", "1"}, {"nan", "1"}, {"inf", "inf"}, {"0x10", "1e400"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errA := strconv.ParseFloat(a, 64)
		y, errB := strconv.ParseFloat(b, 64)
		isTime := errA == nil && errB == nil && !math.IsNaN(x-y)
		there, back := older(a, b, time.Second), older(b, a, time.Second)
		if isTime && there && back || !isTime && !(there && back) {
			t.Fatalf("%q is older than %q: %v, and the other way round: %v", a, b, there, back)
		}
	})
}
