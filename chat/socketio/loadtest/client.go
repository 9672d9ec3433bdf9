package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A client is a websocket that knows just enough of Socket.IO, and spends as
// little as it can on it: it shares the machine with what it measures.
type client struct {
	conn   net.Conn
	reader *bufio.Reader
	buffer []byte

	mu sync.Mutex // held while a frame is written
}

const handshake = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n" +
	"Connection: Upgrade\r\nCookie: visitor=%d\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// connect opens a websocket as a visitor and joins the namespace /.
func connect(addr string, visitor int) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, reader: bufio.NewReaderSize(conn, 1024)}
	if err := c.open(addr, visitor); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("connecting: %w", err)
	}
	return c, nil
}

func (c *client) open(addr string, visitor int) error {
	if _, err := fmt.Fprintf(c.conn, handshake, addr, visitor); err != nil {
		return err
	}
	status, err := c.reader.ReadString('\n')
	if err != nil || !strings.Contains(status, " 101 ") {
		return fmt.Errorf("got %q: %w", status, errors.Join(err, errors.New("no websocket")))
	}
	for line := status; line != "\r\n"; {
		if line, err = c.reader.ReadString('\n'); err != nil {
			return err
		}
	}
	if _, err := c.read(); err != nil { // the open packet
		return err
	}
	return c.exchange("40", "40")
}

func (c *client) join(room string) error {
	return c.exchange(`420["join",{"chat_id":"`+room+`"}]`, "430")
}

// exchange sends a message and reads until the answer to it.
func (c *client) exchange(text, prefix string) error {
	if err := c.write([]byte(text)); err != nil {
		return err
	}
	for {
		got, err := c.read()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(got, []byte(prefix)) {
			return nil
		}
	}
}

// longText is from how many bytes a message passes for an image, because no
// server of chat takes so long a text.
const longText = 16 << 10

// say sends a message to the room, with its sender and time in the text.
func (c *client) say(room string, from, length int) error {
	text := ""
	if length > longText {
		text = "data:image/png;base64,"
	}
	text += fmt.Sprintf("+%d+%d+", from, time.Now().UnixNano())
	text += strings.Repeat("x", max(0, length-len(text)))
	return c.write([]byte(`42["send_message",{"chat_id":"` + room + `","message":"` + text + `"}]`))
}

// hear waits for a message of the room and returns its sender and time.
func (c *client) hear() (from int, at time.Time, err error) {
	for {
		text, err := c.read()
		if err != nil {
			return 0, time.Time{}, err
		}
		parts := bytes.SplitN(text, []byte{'+'}, 4)
		if len(parts) < 4 {
			continue
		}
		from, _ = strconv.Atoi(string(parts[1]))
		nanos, _ := strconv.ParseInt(string(parts[2]), 10, 64)
		return from, time.Unix(0, nanos), nil
	}
}

// read returns the next text message, answering heartbeats. It is valid until
// the next read.
func (c *client) read() ([]byte, error) {
	for {
		text, err := c.frame()
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(text, []byte("2")) {
			return text, nil
		}
		if err := c.write([]byte("3")); err != nil {
			return nil, err
		}
	}
}

func (c *client) frame() ([]byte, error) {
	head, err := c.reader.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0] != 0x81 {
		return nil, fmt.Errorf("got a frame of type %#x", head[0])
	}
	length, skip := int(head[1]), 2
	switch length {
	case 126:
		skip = 4
	case 127:
		skip = 10
	}
	if head, err = c.reader.Peek(skip); err != nil {
		return nil, err
	}
	switch skip {
	case 4:
		length = int(binary.BigEndian.Uint16(head[2:]))
	case 10:
		length = int(binary.BigEndian.Uint64(head[2:]))
	}
	_, _ = c.reader.Discard(skip)
	if cap(c.buffer) < length {
		c.buffer = make([]byte, length)
	}
	c.buffer = c.buffer[:length]
	_, err = io.ReadFull(c.reader, c.buffer)
	return c.buffer, err
}

// write sends a text message, masked with zeros, which change nothing.
func (c *client) write(text []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	frame := []byte{0x81}
	switch n := len(text); {
	case n < 126:
		frame = append(frame, 0x80|byte(n))
	case n < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 0x80|127), uint64(n))
	}
	frame = append(frame, 0, 0, 0, 0)
	_, err := c.conn.Write(append(frame, text...))
	return err
}
