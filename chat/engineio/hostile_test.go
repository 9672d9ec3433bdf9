package engineio_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"chat/chat/engineio"
)

// D13. The attack: a little that becomes a lot once it is unpacked. Nothing that
// comes in is unpacked: websockets agree on no compression, even if asked to, and
// a packed body is refused.
func TestNothingIsUnpacked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		conn := w.DialRaw()
		offer := strings.Replace(handshake, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n", 1)
		go func() { _, _ = io.WriteString(conn, offer) }()
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
