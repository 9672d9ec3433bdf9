package engineio_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
)

// The opcodes of RFC 6455, and the bit of a message's last frame.
const (
	opCont, opText, opBinary      = 0x0, 0x1, 0x2
	opClose, opPing, opPong       = 0x8, 0x9, 0xa
	fin                      byte = 0x80
)

// frame is a masked frame with that first byte.
func frame(first byte, payload string) string {
	n := len(payload)
	out := []byte{first}
	switch {
	case n < 126:
		out = append(out, 0x80|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, 0x80|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 0x80|127), uint64(n))
	}
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	out = append(out, mask[:]...)
	for i := range n {
		out = append(out, payload[i]^mask[i%4])
	}
	return string(out)
}

func text(payload string) string { return frame(fin|opText, payload) }
func ping(payload string) string { return frame(fin|opPing, payload) }

// closing is a close frame with a code, or without one if it is 0.
func closing(code int, reason string) string {
	if code == 0 {
		return frame(fin|opClose, reason)
	}
	return frame(fin|opClose, string([]byte{byte(code >> 8), byte(code)})+reason)
}

// inPieces cuts a message into frames of n bytes of payload.
func inPieces(op byte, payload string, n int) (frames string) {
	for len(payload) > n {
		frames += frame(op, payload[:n])
		payload, op = payload[n:], opCont
	}
	return frames + frame(fin|op, payload)
}

// A raw is a client that speaks frames.
type raw struct {
	net.Conn
	heard chan string // what the server sent, closed at its end, then nil
}

const handshake = "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: engine.test\r\n" +
	"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"

// dialRaw opens a websocket by hand and reads the open packet.
func dialRaw(t *testing.T, w *world) *raw {
	t.Helper()
	return dialRawWith(t, w, "")
}

// dialRawWith does so and sends something behind its request at once.
func dialRawWith(t *testing.T, w *world, behind string) *raw {
	t.Helper()
	return dialRawBy(t, w, handshake+behind)
}

// dialRawBy does so with a request of its own.
func dialRawBy(t *testing.T, w *world, opening string) *raw {
	t.Helper()
	conn, reader := openRaw(t, w, opening)
	heard := make(chan string, 1000)
	r := &raw{conn, heard}
	go func() {
		defer close(heard)
		for {
			one, err := readFrame(reader)
			if err != nil {
				return
			}
			heard <- one
		}
	}()
	return r
}

// openRaw opens a websocket, reads the open packet, and nothing behind it.
func openRaw(t *testing.T, w *world, opening string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn := w.DialRaw()
	go func() { _, _ = io.WriteString(conn, opening) }()
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("opening a websocket by hand: %v, %v", res, err)
	}
	if open, err := readFrame(reader); err != nil || !strings.HasPrefix(open, "text 0{") {
		t.Fatalf("got %q and %v, want the open packet", open, err)
	}
	return conn, reader
}

// send writes bytes, as many at a time as are said, and gives up when the
// server hung up.
func (r *raw) send(bytes string, atOnce int) {
	for len(bytes) > 0 {
		n := min(atOnce, len(bytes))
		if _, err := io.WriteString(r, bytes[:n]); err != nil {
			return
		}
		bytes = bytes[n:]
	}
}

// hear returns all that came until now, with "end" for the end.
func (r *raw) hear() (all []string) {
	synctest.Wait()
	for {
		select {
		case one, ok := <-r.heard:
			if !ok {
				r.heard = nil
				return append(all, "end")
			}
			all = append(all, one)
		default:
			return all
		}
	}
}

// readFrame reads a frame of the server and puts it in words.
func readFrame(r *bufio.Reader) (string, error) {
	var header [2]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return "", err
	}
	length := uint64(header[1])
	for _, size := range map[byte][]int{126: {2}, 127: {8}}[header[1]] {
		length = 0
		for range size {
			b, err := r.ReadByte()
			if err != nil {
				return "", err
			}
			length = length<<8 | uint64(b)
		}
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		return "", err
	}
	return words(header[0], string(payload)), nil
}

// words is a frame as the tables below write it. One with more bits set than it
// may have, or a mask, has no words.
func words(first byte, payload string) string {
	switch first {
	case fin | opClose:
		if len(payload) < 2 {
			return "close"
		}
		return fmt.Sprint("close ", int(payload[0])<<8|int(payload[1]))
	case fin | opText:
		return "text " + payload
	case fin | opBinary:
		return "binary " + payload
	case fin | opPong:
		return "pong " + payload
	}
	return fmt.Sprintf("%x %q", first, payload)
}

// A frameCase is a conversation: frames, and the words for the answers. Unless
// they say "end" the connection has to live.
type frameCase struct {
	name string
	in   string
	out  []string
}

// TestFrames is our own suite of what a websocket is sent by clients good and
// bad (RFC 6455). Each case is sent in one write, and again byte by byte if it
// is not too long, which has to make no difference.
func TestFrames(t *testing.T) {
	for _, c := range slices.Concat(sizes(), controls(), reservedBits(), fragments(), utf8Cases(), closes()) {
		for _, atOnce := range []int{1 << 30, 1} {
			if atOnce == 1 && len(c.in) > 2000 {
				atOnce = 997
			}
			t.Run(fmt.Sprintf("%s, %d bytes at once", c.name, atOnce), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { c.run(t, atOnce) })
			})
		}
	}
}

func (c frameCase) run(t *testing.T, atOnce int) {
	ended := newEnded()
	w := newWorld(t, engineio.Config{}, newEcho(ended))
	r := dialRaw(t, w)
	go r.send(c.in, atOnce)
	got := r.hear()
	if len(ended) > 0 { // a peer that does not answer our close frame costs two seconds
		time.Sleep(closeTime)
		got = append(got, r.hear()...)
	}
	if !slices.Equal(got, c.out) {
		t.Errorf("got %.200q, want %.200q", got, c.out)
	}
	if lives := !slices.Contains(c.out, "end"); lives {
		go r.send(text("4alive"), 1<<30)
		if got := r.hear(); !slices.Equal(got, []string{"text 4alive"}) {
			t.Errorf("afterwards got %.200q, want it to live", got)
		}
	}
}

// protocolError is the answer to what RFC 6455 does not allow.
var protocolError = []string{"close 1002", "end"}

func sizes() (cases []frameCase) {
	for _, n := range []int{0, 1, 124, 125, 126, 127, 128, 65534, 65535, 65536, 1<<20 - 1} {
		payload := "4" + strings.Repeat("*", n)
		cases = append(cases, frameCase{fmt.Sprint("text of ", n), text(payload), []string{"text " + payload}})
		payload = strings.Repeat("\xfe", n)
		cases = append(cases, frameCase{fmt.Sprint("binary of ", n), frame(fin|opBinary, payload), []string{"binary " + payload}})
	}
	long := "4" + strings.Repeat("*", 65536)
	small := "4" + strings.Repeat("é", 500)
	return append(cases,
		frameCase{"text in frames of 1300", inPieces(opText, long, 1300), []string{"text " + long}},
		frameCase{"text in frames of a byte", inPieces(opText, small, 1), []string{"text " + small}},
		frameCase{"more than may be", text("4" + strings.Repeat("*", 1<<20)), []string{"close 1009", "end"}},
		frameCase{"more than may be in pieces", inPieces(opText, "4"+strings.Repeat("*", 1<<20), 65536), []string{"close 1009", "end"}},
		frameCase{"a negative length", "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x004", protocolError},
		frameCase{"no mask", "\x81\x024x", protocolError},
	)
}

func controls() []frameCase {
	full := strings.Repeat("*", 125)
	return []frameCase{
		{"an empty ping", ping(""), []string{"pong "}},
		{"a ping", ping("hello"), []string{"pong hello"}},
		{"a ping that is no text", ping("\x00\xff\xfe"), []string{"pong \x00\xff\xfe"}},
		{"a ping of 125", ping(full), []string{"pong " + full}},
		{"a ping of 126", ping(full + "*"), protocolError},
		{"a pong that nobody asked for", frame(fin|opPong, "x"), nil},
		{"a pong, then a ping", frame(fin|opPong, "x") + ping("y"), []string{"pong y"}},
		{"ten pings", strings.Repeat(ping("x"), 10), slices.Repeat([]string{"pong x"}, 10)},
		{"a ping behind a message", text("4a") + ping("x") + text("4b"), []string{"text 4a", "pong x", "text 4b"}},
	}
}

func reservedBits() (cases []frameCase) {
	for bits := byte(0x10); bits <= 0x70; bits += 0x10 {
		for _, op := range []byte{opText, opBinary, opPing, opPong, opClose} {
			cases = append(cases, frameCase{
				fmt.Sprintf("bits %x on opcode %d", bits, op),
				text("4first") + frame(fin|bits|op, "") + text("4never"),
				append([]string{"text 4first"}, protocolError...),
			})
		}
	}
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		for _, payload := range []string{"", "payload"} {
			cases = append(cases, frameCase{
				fmt.Sprintf("opcode %d with %q", op, payload),
				text("4first") + frame(fin|op, payload) + text("4never"),
				append([]string{"text 4first"}, protocolError...),
			})
		}
	}
	return cases
}

func fragments() []frameCase {
	return []frameCase{
		{"a ping in pieces", frame(opPing, "a") + frame(fin|opCont, "b"), protocolError},
		{"a pong in pieces", frame(opPong, "a") + frame(fin|opCont, "b"), protocolError},
		{"a close in pieces", frame(opClose, "\x03") + frame(fin|opCont, "\xe8"), protocolError},
		{"text in two", frame(opText, "4one") + frame(fin|opCont, "two"), []string{"text 4onetwo"}},
		{"binary in three, one empty", frame(opBinary, "a") + frame(opCont, "") + frame(fin|opCont, "b"), []string{"binary ab"}},
		{"all pieces empty but the first", frame(opText, "4") + frame(opCont, "") + frame(fin|opCont, ""), []string{"text 4"}},
		{"a ping between", frame(opText, "4one") + ping("x") + frame(fin|opCont, "two"), []string{"pong x", "text 4onetwo"}},
		{"pings between five", frame(opText, "41") + frame(opCont, "2") + ping("x") + frame(opCont, "3") + frame(opCont, "4") + ping("y") + frame(fin|opCont, "5"),
			[]string{"pong x", "pong y", "text 412345"}},
		{"a continuation of nothing", frame(fin|opCont, "x"), protocolError},
		{"an open continuation of nothing", frame(opCont, "x") + text("4never"), protocolError},
		{"a continuation behind a message", frame(opText, "4a") + frame(fin|opCont, "b") + frame(opCont, "c"), append([]string{"text 4ab"}, protocolError...)},
		{"a message within a message", frame(opText, "4a") + text("4b"), protocolError},
		{"binary within text", frame(opText, "4a") + frame(fin|opBinary, "b"), protocolError},
	}
}

// utf8Cases are text that is, and that is not, UTF-8: whole, and with each
// byte in a frame of its own.
func utf8Cases() (cases []frameCase) {
	add := func(valid bool, texts ...string) {
		for _, s := range texts {
			out := []string{"text 4" + s}
			if !valid {
				out = []string{"close 1007", "end"}
			}
			cases = append(cases,
				frameCase{fmt.Sprintf("%+q", s), text("4" + s), out},
				frameCase{fmt.Sprintf("%+q in pieces", s), inPieces(opText, "4"+s, 1), out})
		}
	}
	add(true, "Grüße", "κόσμε", "日本語", "\U0001f600", "\x00", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd",
		"\ufffe", "\uffff", "\U00010000", "\U0001fffe", "\U0010ffff")
	add(false,
		"\x80", "\xbf", "a\x80b", "\xc0", "\xc1", "\xfe", "\xff", "\xfe\xff", // no beginnings
		"\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3a", "\xe2\x82a", "\xf0\x9f\x98a", "\xce\xba\xe1\xbd", // cut short
		"\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xc0\x80", // too long
		"\xed\xa0\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbf\xbf", "\xed\xa0\x80\xed\xb0\x80", // halves of UTF-16
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", // beyond the last
	)
	return cases
}

func closes() []frameCase {
	long := strings.Repeat("*", 1<<18)
	cases := []frameCase{
		{"close", closing(1000, ""), []string{"close 1000", "end"}},
		{"close with a reason", closing(1000, "bye"), []string{"close 1000", "end"}},
		{"close without a code", closing(0, ""), []string{"close", "end"}},
		{"close with half a code", closing(0, "\x03"), protocolError},
		{"close with a reason of 123", closing(1000, strings.Repeat("*", 123)), []string{"close 1000", "end"}},
		{"close with a reason of 124", closing(1000, strings.Repeat("*", 124)), protocolError},
		{"close twice", closing(1000, "") + closing(1000, ""), []string{"close 1000", "end"}},
		{"a ping behind a close", closing(1000, "") + ping("x"), []string{"close 1000", "end"}},
		{"text behind a close", closing(1000, "") + text("4x"), []string{"close 1000", "end"}},
		{"a close in a message", frame(opText, "4a") + closing(1000, "") + frame(fin|opCont, "b"), []string{"close 1000", "end"}},
		{"a close behind much", text("4"+long) + closing(1000, ""), []string{"text 4" + long, "close 1000", "end"}},
	}
	for _, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		cases = append(cases, frameCase{fmt.Sprint("code ", code), closing(code, ""), []string{fmt.Sprint("close ", code), "end"}})
	}
	for _, code := range []int{1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		cases = append(cases, frameCase{fmt.Sprint("code ", code), closing(code, ""), protocolError})
	}
	return cases
}
