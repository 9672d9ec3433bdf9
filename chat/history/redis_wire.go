package history

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// In Redis an entry is one string, its body, in the stream as well as on the
// channel: the lengths of key, origin and file in a line, then these, and then
// the data. The append script reads the line as well.

// errJunk is what an entry in Redis is that none of us wrote.
var errJunk = errors.New("that is no entry")

// maxBody is the size of the largest body there can be.
const maxBody = maxEntryBytes + 3*maxNameBytes + 64

// encodeBody returns the body of an entry.
func encodeBody(e Entry) string {
	var b strings.Builder
	b.Grow(len(e.Key) + len(e.Origin) + len(e.File) + len(e.Data) + 24)
	fmt.Fprintf(&b, "%d %d %d\n", len(e.Key), len(e.Origin), len(e.File))
	b.WriteString(e.Key)
	b.WriteString(e.Origin)
	b.WriteString(e.File)
	b.Write(e.Data)
	return b.String()
}

// decodeBody is the inverse of encodeBody.
func decodeBody(body string) (Entry, error) {
	if len(body) > maxBody {
		return Entry{}, errJunk
	}
	line, rest, ok := strings.Cut(body, "\n")
	if !ok || len(line) > 24 {
		return Entry{}, errJunk
	}
	words := strings.Split(line, " ")
	if len(words) != 3 {
		return Entry{}, errJunk
	}
	var texts [3]string
	for i, word := range words {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil || strconv.FormatUint(n, 10) != word || int(n) > len(rest) {
			return Entry{}, errJunk
		}
		texts[i], rest = rest[:n], rest[n:]
	}
	if len(rest) > maxEntryBytes {
		return Entry{}, errJunk
	}
	return Entry{Key: texts[0], Origin: texts[1], File: texts[2], Data: []byte(rest)}, nil
}

// ownKey begins the keys of entries that their senders gave none. By such a key
// an entry is stored once, too, when the client of a cluster sends it a second
// time because a connection broke.
const ownKey = "\x00"

// entryOf is the entry that was heard.
func entryOf(h heard) (Entry, error) {
	e, err := decodeBody(h.body)
	if err != nil {
		return Entry{}, err
	}
	e.ID = h.id
	if strings.HasPrefix(e.Key, ownKey) {
		e.Key = ""
	}
	return e, nil
}

// A heard is an entry that was published, or that Redis has just stored for us.
type heard struct {
	born string // tells the log from one that had its name before Redis lost it
	prev ID     // of the entry before it
	id   ID
	body string

	round int // the follower's, when it was heard
}

// encodeHeard returns what the append script publishes.
func encodeHeard(h heard) string {
	return h.born + " " + streamID(h.prev) + " " + streamID(h.id) + "\n" + h.body
}

// decodeHeard is the inverse of encodeHeard. It leaves the body as it is.
func decodeHeard(payload string) (heard, error) {
	line, body, ok := strings.Cut(payload, "\n")
	if !ok || len(line) > 128 || len(body) > maxBody {
		return heard{}, errJunk
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || words[0] == "" {
		return heard{}, errJunk
	}
	prev, err := parseStreamID(words[1])
	if err != nil {
		return heard{}, err
	}
	id, err := parseStreamID(words[2])
	if err != nil || id == "" {
		return heard{}, errJunk
	}
	return heard{born: words[0], prev: prev, id: id, body: body}, nil
}

// streamID is an ID as Redis writes it; the empty one is 0-0.
func streamID(id ID) string {
	p, _ := id.place()
	return strconv.FormatUint(p.ms, 10) + "-" + strconv.FormatUint(uint64(p.seq), 10)
}

// parseStreamID is the inverse of streamID.
func parseStreamID(s string) (ID, error) {
	left, right, _ := strings.Cut(s, "-")
	ms, err := strconv.ParseUint(left, 10, 48)
	if err != nil {
		return "", errJunk
	}
	seq, err := strconv.ParseUint(right, 10, 32)
	if err != nil {
		return "", errJunk
	}
	id := place{ms: ms, seq: uint32(seq)}.id()
	if streamID(id) != s {
		return "", errJunk
	}
	return id, nil
}

// farFuture is how far an id may be ahead of our clock: a day more than the
// append script lets it be ahead of the clock of Redis. One that is farther is
// nobody's, and to believe it would be the end of the log.
const farFuture = 366 * 24 * time.Hour

func tooNew(id ID, now time.Time) bool { return id.Time().After(now.Add(farFuture)) }
