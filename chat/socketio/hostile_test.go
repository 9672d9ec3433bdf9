package socketio_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
	"chat/chat/socketio"
)

// An attack is what one client sends, as messages where "binary " begins a binary
// one. It is out then, or ignored.
type attack struct {
	name string
	in   []string
	out  bool
}

// run has a client attack while another one talks, who must not notice.
func (a attack) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := newParty(t)
		other, c := enter(t, w), enter(t, w)
		before := enginetest.Allocated()
		for _, text := range a.in {
			if data, ok := strings.CutPrefix(text, "binary "); ok {
				_ = c.Conn.Write(t.Context(), websocket.MessageBinary, []byte(data)) // it may be out already
			} else {
				_ = c.Conn.Write(t.Context(), websocket.MessageText, []byte(text))
			}
		}
		if a.out {
			c.WantClosed(websocket.StatusPolicyViolation)
			if got := <-log; got != "parse error" {
				t.Errorf("it left for %q, want a parse error", got)
			}
		} else {
			c.Send(`42["echo","still here"]`)
			c.Want(`42["echoed","still here"]`)
		}
		if got := enginetest.Allocated() - before; got > 16<<20 {
			t.Errorf("it cost %d bytes", got)
		}
		other.Send(`42["echo","fine"]`)
		other.Want(`42["echoed","fine"]`)
	})
}

// D06. The attack: attachments that there are not, or not so many, or that nobody
// announced.
func TestHostileAttachments(t *testing.T) {
	placeholder := func(num string) attack {
		return attack{"a placeholder for " + num, []string{`451-["echo",{"_placeholder":true,"num":` + num + `}]`, "binary x"}, true}
	}
	for _, a := range []attack{
		placeholder(`"splice"`), placeholder("-1"), placeholder("1.5"), placeholder("99"), placeholder("null"), placeholder("1e1000"), placeholder("[0]"),
		{"a placeholder for nothing", []string{`451-["echo",{"_placeholder":true}]`, "binary x"}, true},
		{"a placeholder deep inside", []string{`451-["echo",{"a":[[{"b":{"_placeholder":true,"num":7}}]]}]`, "binary x"}, true},
		{"a placeholder in an acknowledgement", []string{`461-0[{"_placeholder":true,"num":1}]`, "binary x"}, true},
		{"no dash", []string{`451["echo"]`}, true},
		{"eleven", []string{`4511-["echo"]`}, true},
		{"a billion", []string{`451000000000-["echo"]`}, true},
		{"a number with an exponent", []string{`451e3-["echo"]`}, true},
		{"a negative number", []string{`45-1-["echo"]`}, true},
		{"text while one is owed", []string{`451-["echo",{"_placeholder":true,"num":0}]`, `42["echo"]`}, true},
		{"CONNECT while one is owed", []string{`451-["echo",{"_placeholder":true,"num":0}]`, `40/vip,`}, true},
		{"one that is not owed", []string{"binary x"}, true},
		{"one more than is owed", []string{`451-["nobody"]`, "binary x", "binary y"}, true},
	} {
		t.Run(a.name, a.run)
	}
}

// D07. The attack: names that mean something to a server, ids of acknowledgements
// that are none, and JSON that takes a stack or a number too large.
func TestHostileEvents(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for _, a := range []attack{
		{"the name error", []string{`42["error","x"]`, `421["error"]`}, false},
		{"names of javascript", []string{`42["__proto__"]`, `42["toString"]`, `42["constructor",{"prototype":1}]`, `42["hasOwnProperty"]`}, false},
		{"numbers for names", []string{`42[7]`, `42[-1.5e3]`, `42[1e400]`}, false},
		{"the name disconnect", []string{`42["disconnect"]`}, true},
		{"the name connect, spelled otherwise", []string{`42["\u0063onnect"]`}, true},
		{"null for a name", []string{`42[null]`}, true},
		{"a list for a name", []string{`42[[]]`}, true},
		{"an object for a name", []string{`42[{}]`}, true},
		{"no name", []string{`42[]`}, true},
		{"an id of 400 digits", []string{`42` + strings.Repeat("9", 400) + `["echo"]`}, true},
		{"a negative id", []string{`42-1["echo"]`}, true},
		{"ids that were never issued", []string{`430["x"]`, `4399["x"]`, `43999999999999999["x"]`}, false},
		{"an argument of 100,000 lists", []string{`42["nobody",` + deep(100_000) + `]`}, true},
		{"an argument of 100,000 objects", []string{`42["nobody",` + objects + `]`}, true},
		{"an acknowledgement of 100,000 lists", []string{`430` + deep(100_000)}, true},
		{"100,000 lists beside an attachment", []string{`451-["nobody",` + deep(100_000) + `]`, "binary x"}, true},
		{"9,000 lists beside an attachment", []string{`451-["nobody",` + deep(9_000) + `]`, "binary x"}, false},
		{"CONNECT with 100,000 objects", []string{`40/vip,` + objects}, true},
		{"a number that is too large", []string{`42["nobody",1e400,-1e-400]`}, false},
	} {
		t.Run(a.name, a.run)
	}
}

// D16. The attack: one source opens 5,000 connections and joins nothing over any.
// It gets as many as it may have, for as long as joining may take.
func TestFiveThousandThatJoinNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 200
		server := socketio.NewServer(socketio.Config{Engine: engineio.Config{MaxSockets: most}})
		w := enginetest.New(t, "/socket.io/", server)
		refused := 0
		for range 5000 {
			if status, _ := w.Get("polling"); status == 429 {
				refused++
			}
		}
		if got := server.Len(); got != most || refused != 5000-most {
			t.Errorf("%d connections are open and %d were refused, want %d and %d", got, refused, most, 5000-most)
		}
		time.Sleep(13 * time.Second) // with two for a close packet that nobody comes for
		if got := server.Len(); got != 0 {
			t.Errorf("%d connections are open after 10s", got)
		}
	})
}

// D18. The attack: ask for 10,000 namespaces. None is made, nothing is kept of
// them, and the connection is as it was.
func TestTenThousandNamespaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := enter(t, w)
		before := enginetest.InUse()
		for i := range 10_000 {
			c.Send(fmt.Sprintf("40/x%d,", i))
			c.Want(fmt.Sprintf(`44/x%d,{"message":"Invalid namespace"}`, i))
		}
		if got := enginetest.InUse() - before; got > 1<<20 {
			t.Errorf("%d bytes are kept of what there is not", got)
		}
		c.Send(`42["echo","still here"]`)
		c.Want(`42["echoed","still here"]`)
	})
}
