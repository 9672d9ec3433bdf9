package engineio

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"sync/atomic"
	"time"
)

// An arrival is what the library reads a websocket from. It gives every message
// the time for one, from its first byte to its last, control frames too: the
// library itself waits for ever, in the middle of a header and for a message in
// pieces that are empty. One goroutine at a time uses it, as the library reads.
//
// A message that comes as a whole, as most do, costs no deadline. There is one
// only while the rest of a message is waited for. A message that is announced to be
// larger than it may be is not waited for at all.
type arrival struct {
	*outbox
	patience time.Duration
	limit    uint64 // of a message's bytes
	frames   framing
	timed    bool        // there is a deadline
	overdue  atomic.Bool // it has passed, once; read by whoever asks why reading ended
	tooLarge atomic.Bool // likewise, a message
}

var errTooLarge = errors.New("a message is announced that is too large")

func (a *arrival) Read(p []byte) (int, error) {
	if !a.timed && a.frames.midway() {
		a.timed = true
		_ = a.SetReadDeadline(time.Now().Add(a.patience))
	}
	n, err := a.outbox.Conn.Read(p)
	a.frames.follow(p[:n])
	late := a.timed && errors.Is(err, os.ErrDeadlineExceeded)
	if late || a.timed && !a.frames.midway() {
		a.timed = false
		_ = a.SetReadDeadline(time.Time{})
	}
	if late {
		a.overdue.Store(true)
	}
	if a.frames.message > a.limit && !a.tooLarge.Swap(true) && err == nil {
		err = errTooLarge // once: what comes yet is read until the client says goodbye
	}
	return n, err
}

// A framing knows where between its frames a client's stream is (RFC 6455,
// section 5.2). What is wrong with a frame is for the library to say.
type framing struct {
	header  [14]byte // of a frame
	have    uint8    // how much of the header has come, until all of it has
	payload uint64   // how much of the frame behind it has not
	open    bool     // the last frame of a message has not come
	message uint64   // the size of the message, as far as its frames have said it
}

// midway reports whether something of a message has come, and not all of it.
func (f *framing) midway() bool { return f.have > 0 || f.payload > 0 || f.open }

func (f *framing) follow(data []byte) {
	for len(data) > 0 {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(data)))
			f.payload -= n
			data = data[n:]
			continue
		}
		f.header[f.have] = data[0]
		f.have++
		data = data[1:]
		if f.have > 1 && f.have == f.headerLen() {
			f.begin()
		}
	}
}

// headerLen is the length of the header whose first two bytes are there.
func (f *framing) headerLen() uint8 {
	n := 2 + f.lengthLen()
	if f.header[1]&0x80 != 0 {
		n += 4 // a mask
	}
	return n
}

// lengthLen is how many bytes the length of the payload takes.
func (f *framing) lengthLen() uint8 {
	switch f.header[1] & 0x7f {
	case 126:
		return 2
	case 127:
		return 8
	}
	return 0
}

// begin reads the header, which is there.
func (f *framing) begin() {
	switch f.lengthLen() {
	case 0:
		f.payload = uint64(f.header[1] & 0x7f)
	case 2:
		f.payload = uint64(binary.BigEndian.Uint16(f.header[2:]))
	default:
		f.payload = binary.BigEndian.Uint64(f.header[2:])
	}
	f.have = 0
	if isControl := f.header[0]&0x08 != 0; isControl {
		return
	}
	if !f.open {
		f.message = 0
	}
	if f.payload <= math.MaxInt64 { // or it is negative, and no length
		f.message += f.payload
	}
	f.open = f.header[0]&0x80 == 0
}
