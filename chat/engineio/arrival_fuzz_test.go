package engineio

import (
	"encoding/binary"
	"testing"
)

// isMidway is what a framing knows after data, said in another way: it takes one
// frame after the other off a stream that is all there.
func isMidway(data []byte) bool {
	open := false
	for len(data) > 0 {
		if len(data) < 2 {
			return true
		}
		head, length := 2, uint64(data[1]&0x7f)
		switch {
		case length == 126 && len(data) >= 4:
			head, length = 4, uint64(binary.BigEndian.Uint16(data[2:]))
		case length == 127 && len(data) >= 10:
			head, length = 10, binary.BigEndian.Uint64(data[2:])
		case length > 125:
			return true
		}
		if data[1]&0x80 != 0 {
			head += 4
		}
		if len(data) < head || uint64(len(data)-head) < length {
			return true
		}
		if opcode := data[0] & 0x0f; opcode < 8 {
			open = data[0]&0x80 == 0
		}
		data = data[uint64(head)+length:]
	}
	return open
}

// FuzzFraming feeds what follows the frames of a client, in pieces of any size. It
// always knows whether something is on its way, and never loses count.
func FuzzFraming(f *testing.F) {
	long := string(newFrame(typeMessage, false, make([]byte, 200)).wire)
	for _, seed := range []string{
		"", "\x81\x820000\x04\x00", "\x82\x80000", "\x89\x80000", "\x01\x810000\x04", "\x01\x00\x80\x00", "\x01\x00\x89\x00\x80\x00",
		"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff0000", "\x81\x7e\x00\x03abc", long, long + "\x88\x00",
	} {
		for _, size := range []uint8{1, 3, 255} {
			f.Add([]byte(seed), size)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		data = data[:min(len(data), 1000)]
		var frames framing
		for at := 0; at < len(data); {
			end := min(at+1+int(size), len(data))
			frames.follow(data[at:end])
			at = end
			if got, want := frames.midway(), isMidway(data[:at]); got != want {
				t.Fatalf("after %x, %d at once: midway is %v, want %v", data[:at], int(size)+1, got, want)
			}
		}
		// Our own frames are whole ones.
		var ours framing
		ours.follow(newFrame(typeMessage, size%2 == 0, data).wire)
		if ours.midway() {
			t.Fatalf("the frame of %d bytes is not whole", len(data))
		}
	})
}
