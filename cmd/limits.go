package cmd

import (
	"math"
	"net"
	"time"

	"chat/chat"
	"chat/chat/engineio"
	"chat/chat/socketio"
)

// never is a time that nobody gets to.
const never = 10 * 365 * 24 * time.Hour

// What 0 means where something else than the limit ends it: an entry of a log
// that holds a packet whose every byte was escaped, and what one upload may be.
const (
	mostPacket      = 4 << 20
	mostUpload      = 1 << 30
	mostAttachments = 9999
)

// checkLimits holds the limits to bounds within which the server works. Zero
// turns each off.
func (c Config) checkLimits(s settings) error {
	for _, one := range []struct {
		name               string
		value, least, most int64
	}{
		{"LIMIT_HEADER", int64(c.LimitHeader), 8 << 10, 1 << 20},
		{"LIMIT_HEADER_WAIT", int64(c.LimitHeaderWait), int64(time.Second), int64(5 * time.Minute)},
		{"LIMIT_IDLE", int64(c.LimitIdle), int64(time.Second), int64(time.Hour)},
		{"LIMIT_PACKET", int64(c.LimitPacket), 64 << 10, mostPacket},
		{"LIMIT_QUEUE", int64(c.LimitQueue), max(1<<20, 4*c.packet()), 1 << 30},
		{"LIMIT_WAIT", int64(c.LimitWait), int64(time.Second), int64(5 * time.Minute)},
		{"LIMIT_CONNECT", int64(c.LimitConnect), int64(time.Second), int64(5 * time.Minute)},
		{"LIMIT_ATTACHMENTS", int64(c.LimitAttachments), 1, mostAttachments},
		{"LIMIT_UPLOAD", int64(c.LimitUpload), 1 << 20, min(mostUpload, c.uploads())},
	} {
		if one.value != 0 && (one.value < one.least || one.value > one.most) {
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

// packet is how many bytes a client may send in one piece.
func (c Config) packet() int64 {
	if c.LimitPacket == 0 {
		return mostPacket
	}
	return int64(c.LimitPacket)
}

// upload is how many bytes a file may have.
func (c Config) upload() int64 {
	if c.LimitUpload == 0 {
		return min(mostUpload, c.uploads())
	}
	return int64(c.LimitUpload)
}

// orNever is a time in which something has to be done, if there is one.
func orNever(a age) time.Duration {
	if a == 0 {
		return never
	}
	return time.Duration(a)
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
		Typing:   orNone(int64(c.LimitTyping)),
		Upload:   int(c.upload()),
		Uploads:  orNone(int64(c.LimitUploads)),
		Pixels:   orNone(int64(c.LimitPixels)),
	}
}

// told is how many sockets of a session may be open beyond its limit: one that
// is in no room yet, to be told why it does not get into any.
const told = 10

// wire are the limits of the protocol below the rooms.
func (c Config) wire() socketio.Config {
	attachments := int(c.LimitAttachments)
	if attachments == 0 {
		attachments = mostAttachments
	}
	return socketio.Config{Engine: c.transport(), ConnectTimeout: orNever(c.LimitConnect), MaxAttachments: attachments}
}

// transport are the limits below those.
func (c Config) transport() engineio.Config {
	queue := int64(c.LimitQueue)
	if queue == 0 {
		queue = endless
	}
	sockets := int(c.LimitSockets)
	if sockets > 0 {
		sockets += told
	}
	return engineio.Config{
		MaxPayload:     int(c.packet()),
		MaxQueue:       int(min(queue, math.MaxInt)),
		MessageTimeout: orNever(c.LimitWait),
		WriteTimeout:   orNever(c.LimitWait),
		MaxSockets:     sockets,
	}
}

// bounds are what a connection may cost before a handler sees it.
type bounds struct {
	header     int           // bytes
	headerWait time.Duration // also for a TLS handshake
	idle       time.Duration // between requests
}

func (c Config) bounds() bounds {
	header := int(c.LimitHeader)
	if header == 0 {
		header = math.MaxInt32
	}
	return bounds{header: header, headerWait: orNever(c.LimitHeaderWait), idle: orNever(c.LimitIdle)}
}

// door bounds what strangers cost of what comes to ln.
func (c Config) door(ln net.Listener) net.Listener {
	if c.LimitConnections == 0 {
		return ln
	}
	return newDoor(ln, c.trusted(), int(c.LimitConnections))
}
