package engineio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// A link is one websocket: coder/websocket does the handshake, reads, answers
// control frames and closes; what we send goes below it, through out.
type link struct {
	conn *websocket.Conn
	in   *arrival
	out  *outbox
	quietness
}

// isWebsocket reports whether a request asks for a websocket.
func isWebsocket(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// accept answers the opening handshake. The Origin was checked before the
// request came to this package, so the library does not check it again.
func accept(w http.ResponseWriter, r *http.Request, cfg Config) (*link, error) {
	below := &hijacker{ResponseWriter: w, cfg: cfg}
	conn, err := websocket.Accept(below, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(int64(cfg.MaxPayload))
	return &link{conn: conn, in: below.in, out: below.in.outbox, quietness: quietness{reader: below.reader}}, nil
}

// A hijacker hands the library a connection of ours with small buffers, since
// most of the time a socket is idle and most messages are short.
type hijacker struct {
	http.ResponseWriter
	cfg    Config
	in     *arrival
	reader *bufio.Reader
}

const (
	readBuffer  = 256
	writeBuffer = 144 // the largest control frame, the library's only kind here
)

// Hijack takes over the connection below a request. What the client sent
// without waiting for the answer is handed on as buffered, which is where the
// library looks for it.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.in = &arrival{outbox: newOutbox(conn, h.cfg), patience: h.cfg.MessageTimeout, limit: uint64(h.cfg.MaxPayload)}
	peeked, _ := rw.Reader.Peek(rw.Reader.Buffered())
	early := bytes.Clone(peeked)
	h.in.frames.follow(early)
	h.reader = bufio.NewReaderSize(bytes.NewReader(early), max(readBuffer, len(early)))
	_, _ = h.reader.Peek(len(early))
	return h.in, bufio.NewReadWriter(h.reader, bufio.NewWriterSize(h.in, writeBuffer)), nil
}

// readMessage reads and handles one message. It reports whether there may be
// more.
func (s *Socket) readMessage(l *link) bool {
	kind, reader, err := l.conn.Reader(context.Background())
	if err != nil {
		s.end(l.reasonOf(err))
		return false
	}
	// Only now, so that an idle socket holds no buffer.
	buffer := buffers.Get().(*[]byte)
	defer keep(buffer)
	data, why := l.readAll(kind, reader, buffer)
	if why != 0 {
		s.end(why)
		return false
	}
	p := packet{kind: typeMessage, binary: true, data: data}
	if kind == websocket.MessageText {
		if p, err = decodePacket(data); err != nil {
			s.end(ParseError)
			return false
		}
	}
	l.heard(p)
	return s.handlePacket(p)
}

// readAll reads the message that began into the buffer or a larger one. A Reason
// other than zero says why it can't.
func (l *link) readAll(kind websocket.MessageType, r io.Reader, buffer *[]byte) ([]byte, Reason) {
	data, err := readInto((*buffer)[:0], r)
	if err != nil {
		return nil, l.reasonOf(err)
	}
	*buffer = data
	if kind == websocket.MessageText && !utf8.Valid(data) {
		return nil, BadText
	}
	return data, 0
}

// reasonOf says why reading ended. The library has no names for its faults of a
// client, so a fault is what is not of the network.
func (l *link) reasonOf(err error) Reason {
	switch {
	case l.out.isSlow():
		return Slow
	case l.in.overdue.Load():
		return MessageTimeout
	case websocket.CloseStatus(err) >= 0:
		return ClientClose
	case l.in.tooLarge.Load(), errors.Is(err, websocket.ErrMessageTooBig):
		return TooLarge
	case isNetwork(err):
		return TransportError
	}
	return BadFrame
}

// isNetwork reports whether an error tells of a connection that ended. A net.Error
// is also what a deadline gives, a context's as well as a connection's.
func isNetwork(err error) bool {
	network := net.Error(nil)
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe)
}

// closeTimeout is how long a client may take to answer a close frame, or to come
// for a close packet.
const closeTimeout = 2 * time.Second

// close tells the client why, unless it cannot listen, and lets go of the
// connection.
func (l *link) close(why Reason) {
	switch why {
	case TransportError, PingTimeout, Slow:
		_ = l.conn.CloseNow()
	default:
		impatient := time.AfterFunc(closeTimeout, l.abort)
		defer impatient.Stop()
		_ = l.conn.Close(why.status(), "")
	}
}

// abort breaks the connection, also in the middle of a close handshake, which
// the library's CloseNow would wait for.
func (l *link) abort() { _ = l.out.Conn.Close() }

// Buffers to read messages into, those of up to smallBuffer and larger ones. They
// are apart so that a short message does not keep the memory of a picture.
var buffers, largeBuffers = sync.Pool{New: newBuffer}, sync.Pool{New: newBuffer}

const smallBuffer = 64 << 10

func newBuffer() any { return new([]byte) }

// keep gives a buffer back.
func keep(buffer *[]byte) {
	if cap(*buffer) > smallBuffer {
		largeBuffers.Put(buffer)
	} else {
		buffers.Put(buffer)
	}
}

// readInto reads all of r behind buf and returns the longer slice.
func readInto(buf []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = grow(buf)
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// grow makes room behind what was read: twice as much, since append would copy a
// large message many times, or what a large message before needed.
func grow(buf []byte) []byte {
	if len(buf) >= smallBuffer {
		large := *largeBuffers.Get().(*[]byte)
		if cap(large) > len(buf) {
			return append(large[:0], buf...)
		}
	}
	return slices.Grow(buf, max(512, len(buf)))
}
