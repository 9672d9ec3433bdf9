// Package bus answers: where in a Redis is a room, and who hears what is
// published there?
//
// Servers that share a Redis have their rooms on a Bus. Every key and channel of
// a room has the room's name as its hash tag, so that all of a room is in one
// slot of a Redis Cluster, and a script can work on it as a whole. On a Cluster
// the channels are sharded ones: a message goes to the one node that has the
// room, and not to all of them. On a single Redis they are plain ones, which do
// the same there and which older versions know too.
//
// Names of rooms are secrets of those who are there; they are never logged.
package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// DefaultPrefix is what keys begin with when nothing else was asked for.
const DefaultPrefix = "chat:"

// A Bus knows the names of rooms on one Redis. Its methods may be called by any
// goroutine.
type Bus struct {
	Client  redis.UniversalClient
	prefix  string
	channel string // what channels begin with
	cluster *redis.ClusterClient
}

// New returns a Bus whose keys begin with prefix, or DefaultPrefix. The client
// must be one of a single Redis or of a Cluster and obey the time limit of a
// context, or else a Redis that hangs would hang whoever asks it.
func New(client redis.UniversalClient, prefix string) (*Bus, error) {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	if strings.ContainsAny(prefix, "{}") {
		return nil, fmt.Errorf("the prefix %q has a brace in it, which would move rooms to other nodes of a cluster", prefix)
	}
	b := &Bus{Client: client, prefix: prefix, channel: prefix}
	obeys := false
	switch c := client.(type) {
	case *redis.Client:
		obeys = c.Options().ContextTimeoutEnabled
		if db := c.Options().DB; db != 0 { // Channels do not belong to a database.
			b.channel = fmt.Sprintf("db%d:%s", db, prefix)
		}
	case *redis.ClusterClient:
		obeys = c.Options().ContextTimeoutEnabled
		b.cluster = c
	default:
		return nil, fmt.Errorf("a client of type %T has no publish and subscribe for rooms", client)
	}
	if !obeys {
		return nil, errors.New("the client of redis must have ContextTimeoutEnabled")
	}
	return b, nil
}

// Key is the name of what a room keeps.
func (b *Bus) Key(room, what string) string { return b.prefix + "{" + room + "}:" + what }

// Shared is the name of what belongs to no room.
func (b *Bus) Shared(what string) string { return b.prefix + what }

// Channel is the name of what is published in a room.
func (b *Bus) Channel(room, what string) string { return b.channel + "{" + room + "}:" + what }

// ValidRoom reports whether a room of this name has keys of its own.
func ValidRoom(room string) bool {
	return room != "" && len(room) <= 1024 && !strings.ContainsAny(room, "{}")
}

// PublishCommand is how something is published on a Channel.
func (b *Bus) PublishCommand() string {
	if b.cluster != nil {
		return "spublish"
	}
	return "publish"
}

// Publish tells those who listen to a Channel, by Exec.
func (b *Bus) Publish(ctx context.Context, channel string, payload []byte) Command {
	return On(channel, redis.NewCmd(ctx, b.PublishCommand(), channel, payload))
}
