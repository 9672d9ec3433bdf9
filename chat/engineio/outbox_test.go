package engineio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// tcp returns both ends of a connection over loopback, with small buffers.
func tcp(t *testing.T) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	ours, theirs = server.(*net.TCPConn), client.(*net.TCPConn)
	_ = ours.SetWriteBuffer(16 << 10)
	_ = theirs.SetReadBuffer(16 << 10)
	return ours, theirs
}

// numbered is a frame whose data begins with a number.
func numbered(n, length int) Frame {
	return Binary(numberedBytes(n, max(4, length)))
}

func numberedBytes(n, length int) []byte {
	data := bytes.Repeat([]byte{byte(n), byte(n >> 8), 'x', 0, 0, 0, 'y'}, length/7+1)[:length]
	binary.BigEndian.PutUint32(data, uint32(n))
	return data
}

// readFrame reads an unmasked frame and returns opcode and payload.
func readFrame(r io.Reader) (opcode byte, payload []byte, err error) {
	head := make([]byte, 10)
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return 0, nil, err
	}
	length := uint64(head[1])
	switch length {
	case 126:
		_, err = io.ReadFull(r, head[2:4])
		length = uint64(binary.BigEndian.Uint16(head[2:4]))
	case 127:
		_, err = io.ReadFull(r, head[2:10])
		length = binary.BigEndian.Uint64(head[2:10])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(r, payload)
	return head[0] & 0x0f, payload, err
}

// Many senders, small frames and large ones, the library's pongs between them,
// and a network that takes a little at a time: everything arrives once, whole,
// and in order.
func TestOutboxKeepsTheOrderOnARealNetwork(t *testing.T) {
	const senders, each = 4, 250
	ours, theirs := tcp(t)
	o := newOutbox(ours, Config{MaxQueue: 64 << 20}.withDefaults())
	var enqueueing sync.Mutex // as a room's lock
	next := 0
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				enqueueing.Lock()
				length := i * 7 % 3000
				if i%100 == 7 {
					length = 100_000
				}
				due, full := o.enqueue(numbered(next, length))
				next++
				enqueueing.Unlock()
				if full {
					t.Error("the queue is full")
				}
				if due {
					o.flush()
				}
				if s == 0 && i%50 == 0 {
					if _, err := o.Write([]byte{0x8a, 0}); err != nil {
						t.Errorf("a pong: %v", err)
					}
				}
			}
		})
	}
	pongs := 0
	for want := 0; want < senders*each; {
		opcode, payload, err := readFrame(theirs)
		if err != nil {
			t.Fatalf("after %d frames: %v", want, err)
		}
		if opcode == 0xa {
			pongs++
			continue
		}
		if got := int(binary.BigEndian.Uint32(payload)); got != want {
			t.Fatalf("got frame %d, want %d", got, want)
		}
		if !bytes.Equal(payload, numberedBytes(want, len(payload))) {
			t.Fatalf("frame %d of %d bytes is not what was sent", want, len(payload))
		}
		want++
	}
	sending.Wait()
	o.drain()
	if o.bytes != 0 || o.flushing || len(o.rest) != 0 {
		t.Errorf("%d bytes are left over, flushing %v", o.bytes, o.flushing)
	}
}

// A deadliner remembers the deadline that it has.
type deadliner struct {
	*net.TCPConn
	deadline time.Time
}

func (d *deadliner) SetWriteDeadline(at time.Time) error {
	d.deadline = at
	return d.TCPConn.SetWriteDeadline(at)
}

// A deadline that is left behind breaks a healthy connection: it holds for the
// writes without waiting too, and they come when it has long passed.
func TestNoDeadlineIsLeftBehind(t *testing.T) {
	for name, write := range map[string]func(*outbox){
		"by a drain":         func(o *outbox) { o.enqueue(numbered(0, 0)); o.drain() },
		"by a control frame": func(o *outbox) { _, _ = o.Write([]byte{0x8a, 0}) },
	} {
		t.Run(name, func(t *testing.T) {
			ours, _ := tcp(t)
			conn := &deadliner{TCPConn: ours, deadline: time.Unix(1, 0)}
			write(newOutbox(conn, Config{}.withDefaults()))
			if !conn.deadline.IsZero() {
				t.Errorf("the deadline is %v, want none", conn.deadline)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for bytesEach := range 12 {
		frames := net.Buffers{[]byte("abc"), {}, []byte("defgh"), []byte("i")}
		var got []byte
		for parts := 0; len(frames) > 0; parts++ {
			if parts > 20 {
				break // a size of 0 takes nothing
			}
			var part net.Buffers
			part, frames = cut(frames, bytesEach)
			size := 0
			for _, p := range part {
				got = append(got, p...)
				size += len(p)
			}
			if size > bytesEach {
				t.Errorf("a part has %d bytes, want %d at most", size, bytesEach)
			}
		}
		if want := "abcdefghi"; bytesEach > 0 && string(got) != want {
			t.Errorf("in parts of %d: got %q, want %q", bytesEach, got, want)
		}
	}
}

func TestNothingFollowsACloseFrame(t *testing.T) {
	ours, theirs := tcp(t)
	o := newOutbox(ours, Config{}.withDefaults())
	o.enqueue(Text([]byte("before")))
	if _, err := o.Write([]byte{0x88, 0}); err != nil {
		t.Fatal(err)
	}
	if due, full := o.enqueue(Text([]byte("after"))); due || full {
		t.Errorf("a closed outbox took a frame: due %v, full %v", due, full)
	}
	o.drain()
	_ = ours.CloseWrite()
	var got bytes.Buffer
	if _, err := io.Copy(&got, theirs); err != nil {
		t.Fatal(err)
	}
	if want := "\x81\x074before\x88\x00"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func BenchmarkBroadcast(b *testing.B) {
	for _, members := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			boxes := make([]*outbox, members)
			for i := range boxes {
				ours, theirs := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, theirs) }()
				boxes[i] = newOutbox(ours, Config{}.withDefaults())
				b.Cleanup(func() { _ = ours.Close() })
			}
			text := bytes.Repeat([]byte("x"), 200)
			b.ReportAllocs()
			for b.Loop() {
				frame := Text(text)
				for _, o := range boxes {
					o.enqueue(frame)
				}
				for _, o := range boxes {
					o.drain()
				}
			}
		})
	}
}
