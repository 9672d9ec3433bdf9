package cmd

import (
	"math"
	"net"
	"time"

	"chat/chat"
	"chat/chat/engineio"
)

// checkLimits holds the limits to bounds within which the server works. There is
// none without end where memory would be at stake.
func (c Config) checkLimits(s settings) error {
	for _, one := range []struct {
		name               string
		value, least, most int64
	}{
		{"LIMIT_PACKET", int64(c.LimitPacket), 64 << 10, 4 << 20}, // a log takes entries of 8 MiB, and escapes may double a text
		{"LIMIT_QUEUE", int64(c.LimitQueue), max(1<<20, 4*int64(c.LimitPacket)), 1 << 30},
		{"LIMIT_WAIT", int64(c.LimitWait), int64(time.Second), int64(5 * time.Minute)},
		{"LIMIT_UPLOAD", int64(c.LimitUpload), 1 << 20, min(1<<30, c.uploads())},
	} {
		if one.value < one.least || one.value > one.most {
			return s.wrong(one.name)
		}
	}
	return nil
}

// endless is a limit that nobody gets to, with room for sums.
const endless = math.MaxInt64 >> 2

// uploads is how many bytes the uploads of all rooms may take.
func (c Config) uploads() int64 {
	if c.LimitDisk == 0 {
		return endless
	}
	return int64(c.LimitDisk)
}

// limits are those of package chat, where none is less than 0.
func (c Config) limits() chat.Limits {
	orNone := func(n int64) int {
		if n == 0 {
			return -1
		}
		return int(min(n, math.MaxInt32))
	}
	return chat.Limits{
		Text:     orNone(int64(c.LimitText)),
		Rooms:    orNone(int64(c.LimitRooms)),
		Sockets:  orNone(int64(c.LimitSockets)),
		Messages: orNone(int64(c.LimitMessages)),
		Upload:   int(c.LimitUpload),
		Uploads:  orNone(int64(c.LimitUploads)),
	}
}

// told is how many sockets of a session may be open beyond its limit: one that
// is in no room yet, to be told why it does not get into any.
const told = 10

// wire are the limits of the transport below the rooms.
func (c Config) wire() engineio.Config {
	sockets := int(c.LimitSockets)
	if sockets > 0 {
		sockets += told
	}
	return engineio.Config{
		MaxPayload:     int(c.LimitPacket),
		MaxQueue:       int(c.LimitQueue),
		MessageTimeout: time.Duration(c.LimitWait),
		WriteTimeout:   time.Duration(c.LimitWait),
		MaxSockets:     sockets,
	}
}

// door bounds what strangers cost of what comes to ln.
func (c Config) door(ln net.Listener) net.Listener {
	if c.LimitConnections == 0 {
		return ln
	}
	return newDoor(ln, c.trusted(), int(c.LimitConnections))
}
