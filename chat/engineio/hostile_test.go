package engineio_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

var offerToCompress = strings.Replace(handshake, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n", 1)

// D13. The attack: a little that becomes a lot once it is unpacked. Nothing that
// comes in is unpacked: websockets agree on no compression, even if asked to, and
// a packed body is refused.
func TestNothingIsUnpacked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		conn := w.DialRaw()
		go func() { _, _ = io.WriteString(conn, offerToCompress) }()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("offering compression: %v, %v", res, err)
		}
		if got := res.Header.Get("Sec-WebSocket-Extensions"); got != "" {
			t.Errorf("the server agrees on %q, want nothing", got)
		}
		session := w.OpenPolling()
		for _, encoding := range []string{"gzip", "deflate", "br"} {
			req, err := http.NewRequest(http.MethodPost, w.URL(session), strings.NewReader("4x"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Encoding", encoding)
			res, err := w.Client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusUnsupportedMediaType {
				t.Errorf("a body in %s got %d, want 415", encoding, res.StatusCode)
			}
		}
	})
}

// D13. The attack: a frame that says it is compressed, although only one side
// offered that: 65 KB that unpack to 64 MB.
func TestACompressedFrameIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		r := dialRawBy(t, w, offerToCompress)
		bomb := newBomb(t)
		before := enginetest.Allocated()
		go r.send(frame(fin|0x40|opText, bomb), 1<<30)
		got := r.hear()
		time.Sleep(closeTime)
		if got = append(got, r.hear()...); !slices.Equal(got, protocolError) {
			t.Errorf("got %q, want %q", got, protocolError)
		}
		if got := enginetest.Allocated() - before; got > 4<<20 {
			t.Errorf("%d bytes cost %d", len(bomb), got)
		}
	})
}

// newBomb is a message of 64 MB as permessage-deflate would send it. To pack a
// part of it once is quicker.
func newBomb(t *testing.T) string {
	t.Helper()
	var packed bytes.Buffer
	pack, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	part := func(data string) string {
		packed.Reset()
		_, _ = io.WriteString(pack, data) // a buffer takes everything
		_ = pack.Flush()
		return packed.String()
	}
	first, zeros := part("4"), strings.Repeat("\x00", 1<<20)
	return strings.TrimSuffix(first+part(zeros)+strings.Repeat(part(zeros), 63), "\x00\x00\xff\xff")
}

// D09. The attack: a frame that promises more than comes, or is none. It costs
// nothing, whatever it promises.
func TestFramesThatLieCostNothing(t *testing.T) {
	for name, frames := range map[string]string{
		"2^63-1 bytes":            "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"2^40 bytes in pieces":    "\x01\xff\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a negative length":       "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"a long ping":             "\x89\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"a ping of 126 bytes":     "\x89\xfe\x00\x7e\x00\x00\x00\x00",
		"a long close":            "\x88\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"a long continuation":     "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"an opcode that is none":  "\x83\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"a length without a mask": "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
				r := dialRaw(t, w)
				before := enginetest.Allocated()
				r.send(frames, 1<<30)
				time.Sleep(time.Minute)
				if got := r.hear(); !slices.Contains(got, "end") {
					t.Errorf("heard %q, want the end", got)
				}
				if got := enginetest.Allocated() - before; got > 1<<20 {
					t.Errorf("%d bytes cost %d", len(frames), got)
				}
			})
		})
	}
}

// D10. The attack: headers that take long to read, or that make something else of
// the connection. They are refused, and others do not notice.
func TestHostileHeaders(t *testing.T) {
	const upgrade = "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
	const websocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
	for _, test := range []struct{ name, request, status string }{
		{"an upgrade to HTTP/2", upgrade + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", "400"},
		{"the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", "400"},
		{"HTTP/2 behind an upgrade", upgrade + websocket + "\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "101"},
		{"2,000 headers", upgrade + websocket + strings.Repeat("A: xxxxxx\r\n", 2000) + "\r\n", "431"},
		{"a header of 1 MB", upgrade + websocket + "A: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "431"},
		{"32,000 spaces", upgrade + websocket + "Sec-WebSocket-Protocol: x," + strings.Repeat(" ", 32_000) + "y\r\n\r\n", "431"},
		{"as many spaces as fit", upgrade + websocket + "Sec-WebSocket-Protocol: x," + strings.Repeat(" ", 8_000) + "y\r\n\r\n", "101"},
		{"as many commas as fit", upgrade + websocket + "Sec-WebSocket-Extensions: " + strings.Repeat("x;,", 2_000) + "\r\n\r\n", "101"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
				session := w.OpenPolling()
				conn := w.DialRaw()
				go func() { _, _ = io.WriteString(conn, test.request) }() // a server that gives up early breaks this off
				line, _ := bufio.NewReader(conn).ReadString('\n')
				if got := strings.Fields(line + " - -")[1]; got != test.status {
					t.Errorf("got %q, want %s", line, test.status)
				}
				_ = conn.Close()
				w.Post(session, "4fine")
				if _, got := w.Get(session); got != "4fine" {
					t.Errorf("another session got %q", got)
				}
				time.Sleep(time.Minute)
				if got := w.engine.Len(); got != 0 {
					t.Errorf("%d sessions live on", got)
				}
			})
		})
	}
}
