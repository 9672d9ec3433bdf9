package cmd

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"

	"github.com/alicebob/miniredis/v2/proto"
	"github.com/redis/go-redis/v9"
)

// visit carries out the commands of somebody who came in by the hatch as if they
// were the server's own: one that writes waits for its turn, and is answered once
// it is in the journal. So a session that a command has ended stays ended,
// whatever becomes of the server after that.
//
// Visitors are our own commands, which use no transactions and one database.
func (k *keeper) visit(ctx context.Context, visitor net.Conn) {
	inside, err := k.m.Dial()
	if err != nil {
		return // The server ends.
	}
	defer inside.Close()
	defer context.AfterFunc(ctx, func() { _ = inside.Close() })() // It may have ended.
	v := visit{keeper: k, inside: inside, answers: bufio.NewReader(inside)}
	for commands := bufio.NewReader(visitor); ; {
		raw, err := proto.Read(commands)
		if err != nil {
			return
		}
		words, err := proto.ReadStrings(raw)
		if err != nil || len(words) == 0 { // The store would not survive a command of no words.
			return
		}
		if _, err := io.WriteString(visitor, v.carryOut(ctx, raw, words)); err != nil {
			return
		}
	}
}

// A visit is a visitor's own connection to the store.
type visit struct {
	keeper  *keeper
	inside  net.Conn
	answers *bufio.Reader
}

// carryOut returns the store's answer to a command, or that it was not kept.
func (v visit) carryOut(ctx context.Context, raw string, words []string) (answer string) {
	ctx, cancel := context.WithTimeout(ctx, redisLimit)
	defer cancel()
	ask := func() (err error) {
		if _, err = io.WriteString(v.inside, raw); err == nil {
			answer, err = proto.Read(v.answers)
		}
		return err
	}
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	var err error
	if keys := writtenBy(redis.NewCmd(ctx, args...)); len(keys) == 0 {
		err = ask()
	} else {
		err = v.keeper.during(ctx, keys, ask)
	}
	if err != nil {
		return "-ERR " + strings.ReplaceAll(err.Error(), "\n", "; ") + "\r\n"
	}
	return answer
}
