package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// pieceSize is how much of a file goes in one command. While one runs, Redis
// does nothing else.
const pieceSize = 256 << 10

// callTime is for one answer of Redis.
const callTime = 500 * time.Millisecond

// A Redis keeps the files of servers that share a Redis. Its methods may be
// called by any goroutine; they come to ErrUnavailable soon if Redis does not
// answer.
//
// A file is a hash of its room ({room}:file:name), with its size and its pieces;
// one without a size is not complete, and not there. It goes by itself when it
// is Unclaimed for long. The script that appends a message to the log of the
// room on the same Redis keeps the file of the message for as long, and drops it
// with the message.
//
// How much there is in all is in a ledger, which no script of a room can reach in
// a cluster. So the ledger looks itself which files are still there: at each once
// an hour at most, when somebody uploads, and at all when they seem too many.
type Redis struct {
	bus     *bus.Bus
	limit   int64 // bytes in all
	longest int64 // bytes of one file
}

// OpenRedis returns the files on a Redis, which need not answer yet. The client
// must be of a single Redis or a Cluster and have ContextTimeoutEnabled. Keys
// begin with prefix, or "chat:" if that is empty. Limit is the bytes of all files
// of all servers, longest those of one.
func OpenRedis(client redis.UniversalClient, prefix string, limit, longest int64) (*Redis, error) {
	b, err := bus.New(client, prefix)
	if err != nil {
		return nil, fmt.Errorf("opening the uploads on redis: %w", err)
	}
	return &Redis{bus: b, limit: limit, longest: longest}, nil
}

func (r *Redis) key(room, name string) string { return r.bus.Key(room, "file:"+name) }

// Save is [Folder.Save] on Redis. It reads the body no faster than Redis takes it
// and holds one piece of it at a time.
func (r *Redis) Save(ctx context.Context, room string, body io.Reader) (name string, size int64, err error) {
	if !bus.ValidRoom(room) {
		return "", 0, ErrNone
	}
	name = newName()
	reserved := line{r.longest, room, name}
	if err := r.reserve(ctx, reserved); err != nil {
		return "", 0, err
	}
	size, err = r.write(ctx, r.key(room, name), io.LimitReader(body, r.longest+1))
	if err == nil {
		err = r.enter(ctx, reserved, line{size, room, name})
	}
	if err != nil {
		r.drop(reserved)
		return "", 0, err
	}
	return name, size, nil
}

// write sends the pieces of a file, and its size when it is complete.
func (r *Redis) write(ctx context.Context, key string, body io.Reader) (size int64, err error) {
	piece := make([]byte, pieceSize)
	for i := 0; ; i++ {
		n, err := io.ReadFull(body, piece)
		ended := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !ended {
			return 0, fmt.Errorf("reading an upload: %w", err)
		}
		if size += int64(n); size > r.longest {
			return 0, ErrLong
		}
		if n > 0 {
			if err := r.put(ctx, key, strconv.Itoa(i), piece[:n]); err != nil {
				return 0, err
			}
		}
		if ended {
			break
		}
	}
	if size == 0 {
		return 0, ErrEmpty
	}
	return size, r.put(ctx, key, "size", size)
}

// putScript writes one field of a file, which never is without an end.
var putScript = bus.NewScript(`
redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
return redis.call("PEXPIRE", KEYS[1], ARGV[3])
`)

// put writes one field of a file, which goes by itself if no other follows.
func (r *Redis) put(ctx context.Context, key, field string, value any) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := r.bus.Run(ctx, putScript, []string{key}, field, value, Unclaimed.Milliseconds())
	return unavailable(err)
}

// Size is [Folder.Size] on Redis.
func (r *Redis) Size(ctx context.Context, room, name string) (int64, error) {
	if !bus.ValidRoom(room) || !valid.MatchString(name) {
		return 0, ErrNone
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	text, err := r.bus.Client.HGet(ctx, r.key(room, name), "size").Result()
	if errors.Is(err, redis.Nil) {
		return 0, ErrNone
	}
	if err != nil {
		return 0, unavailable(err)
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 1 || size > r.longest {
		return 0, ErrNone // Somebody else wrote that.
	}
	return size, nil
}

// Open is [Folder.Open] on Redis. The file is read piece by piece; one that goes
// meanwhile ends with an error. The context is that of all reading.
func (r *Redis) Open(ctx context.Context, room, name string) (io.ReadSeekCloser, error) {
	size, err := r.Size(ctx, room, name)
	if err != nil {
		return nil, err
	}
	return &reader{ctx: ctx, redis: r, key: r.key(room, name), size: size, index: -1}, nil
}

// Keep has nothing to do: the script that stores the message keeps the file.
func (r *Redis) Keep(room, name string) {}

// Release has nothing to do: what was kept for no message was never kept.
func (r *Redis) Release(room, name string, referred bool) {}

// Remove ends a file. A file that is not there is removed already; one that Redis
// does not let go of now goes when it is unclaimed, or with its message.
func (r *Redis) Remove(room, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	if size, err := r.Size(ctx, room, name); err == nil {
		r.drop(line{size, room, name})
	}
}

// unavailable says why Redis could not be asked; it is nil for nil.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// A line of the ledger is a file, or one that is being written, with the bytes
// that count.
type line struct {
	bytes int64
	room  string
	name  string
}

func (l line) String() string { return fmt.Sprintf("%d %s %s", l.bytes, l.name, l.room) }

func parseLine(s string) (line, bool) {
	bytes, rest, _ := strings.Cut(s, " ")
	name, room, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseInt(bytes, 10, 64)
	return line{n, room, name}, err == nil && valid.MatchString(name)
}
