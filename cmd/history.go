package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"chat/chat"
	"chat/chat/files"
	"chat/chat/history"
	"chat/chat/relay"

	"github.com/redis/go-redis/v9"
)

// forgetful is how long a room remembers with HISTORY=off: as long as it may
// take somebody to reconnect.
const forgetful = time.Minute

// roomOnRedis is how many bytes one room may take of a Redis, which servers and
// others share.
const roomOnRedis = 16 << 20

// memory is what rooms remember: what was said, and the pictures.
type memory struct {
	log   chat.History
	files chat.Files
	relay *relay.Relay // nil for a server alone
	// shared says that other servers, and whoever else can write to the Redis,
	// have the same log.
	shared bool
	close  func() error
}

// openMemory opens the memory of the rooms: in the data folder, or on the Redis
// that servers share.
func openMemory(c Config, rdb redis.UniversalClient, log *slog.Logger) (memory, error) {
	if c.Storage != embeddedStorage {
		return openShared(c, rdb, log)
	}
	folder, err := files.OpenFolder(filepath.Join(c.DataDir, "uploads"), c.uploads(), c.upload())
	if err != nil {
		return memory{}, err
	}
	said, err := history.OpenDisk(history.Options{
		Dir: c.historyFolder(log), Retention: c.retention(), Dropped: folder.Remove, Log: log,
	})
	if err != nil {
		return memory{}, err
	}
	folder.KeepAll(said.Files())
	return memory{log: said, files: folder, close: closing(said.Close)}, nil
}

func openShared(c Config, rdb redis.UniversalClient, log *slog.Logger) (memory, error) {
	said, err := history.OpenRedis(history.RedisOptions{
		Client: rdb, Prefix: redisPrefix, Retention: c.retention(), RoomBytes: roomOnRedis, Log: log,
	})
	if err != nil {
		return memory{}, err
	}
	pictures, err := files.OpenRedis(rdb, redisPrefix, c.uploads(), c.upload())
	if err != nil {
		return memory{}, err
	}
	others, err := relay.New(rdb, relay.Options{Prefix: redisPrefix, Log: log})
	if err != nil {
		return memory{}, err
	}
	end := closing(said.Close)
	return memory{log: said, files: pictures, relay: others, shared: true, close: func() error {
		others.Close()
		return end()
	}}, nil
}

// closeLimit is how long the last entries may take. Nobody was told yet that
// they are stored.
const closeLimit = 2 * time.Second

// closing bounds the end of a log.
func closing(end func(context.Context) error) func() error {
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		if err := end(ctx); err != nil {
			return fmt.Errorf("closing the history: %w", err)
		}
		return nil
	}
}

// historyName is the name of the folder of messages in the data folder.
const historyName = "history"

// historyFolder is where messages are kept, or "" if they are not. What was
// kept before is the operator's to remove: a slip in a setting is no reason.
func (c Config) historyFolder(log *slog.Logger) string {
	folder := filepath.Join(c.DataDir, historyName)
	if c.History {
		return folder
	}
	if _, err := os.Stat(folder); err == nil {
		log.Warn("HISTORY is off, but messages of before are still kept; remove the folder to forget them", "path", folder)
	}
	return ""
}

// retention is how much the log keeps.
func (c Config) retention() history.Retention {
	r := history.Retention{
		Messages: int(c.HistoryMessages),
		Age:      time.Duration(c.HistoryAge),
		Bytes:    int64(c.HistorySize),
	}
	if !c.History {
		r.Age = forgetful
	}
	return r
}
