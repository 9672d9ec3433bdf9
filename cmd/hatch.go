package cmd

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// Limits on who comes to a hatch and has not said the password yet.
const (
	hatchPatience  = time.Second // to say it
	hatchStrangers = 32          // at once; for one more the oldest has to go
)

// A hatch is how other commands of the owner reach the embedded store of a
// running server: a port of the loopback address, since there is one on every
// system. So is every other user of this machine, and a single line of theirs
// would end the server, for the store's parser of the Redis protocol was made for
// tests: it panics. Hence nobody's bytes get to the store before the password has
// come, as one line of a length that is known, and within a second.
//
// A crowd that connects and says nothing keeps nobody out: a command says the
// password at once, and whoever has waited longest goes to make room for it.
type hatch struct {
	net.Listener
	line  []byte // the password
	visit func(context.Context, net.Conn)
	leave func() // ends the visits
	all   sync.WaitGroup

	mu        sync.Mutex
	strangers []net.Conn // the oldest first; guarded by mu
}

// openHatch lets in who has the password, and closes their connection when visit
// returns; its context ends with the hatch.
func openHatch(password string, visit func(context.Context, net.Conn)) (*hatch, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for other commands: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &hatch{Listener: ln, line: hatchLine(password), visit: visit, leave: cancel}
	h.all.Go(func() { h.receive(ctx) })
	return h, nil
}

// hatchLine is what a visitor says first.
func hatchLine(password string) []byte { return []byte(password + "\n") }

// Close ends all visits and waits for their end.
func (h *hatch) Close() error {
	h.leave()
	err := h.Listener.Close()
	h.all.Wait()
	return err
}

func (h *hatch) receive(ctx context.Context) {
	for {
		conn, err := h.Accept()
		switch {
		case err == nil:
			h.enter(conn)
			h.all.Go(func() { h.attend(ctx, conn) })
		case ctx.Err() != nil, errors.Is(err, net.ErrClosed):
			return
		default: // The system has no file left for it, for a while.
			select {
			case <-ctx.Done():
			case <-time.After(hatchPatience):
			}
		}
	}
}

// attend serves one connection to its end.
func (h *hatch) attend(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // It may have ended.
	known := h.knows(conn)
	if stayed := h.pass(conn); known && stayed {
		h.visit(ctx, conn)
	}
}

// knows reports whether the connection begins with the password.
func (h *hatch) knows(conn net.Conn) bool {
	said := make([]byte, len(h.line))
	err := conn.SetReadDeadline(time.Now().Add(hatchPatience))
	if err == nil {
		_, err = io.ReadFull(conn, said)
	}
	return err == nil && subtle.ConstantTimeCompare(said, h.line) == 1 && conn.SetReadDeadline(time.Time{}) == nil
}

// enter counts a stranger in. If there are too many the oldest has to go.
func (h *hatch) enter(conn net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.strangers) == hatchStrangers {
		_ = h.strangers[0].Close() // Its reader sees that, and leaves.
		h.strangers = slices.Delete(h.strangers, 0, 1)
	}
	h.strangers = append(h.strangers, conn)
}

// pass counts a stranger out, and reports whether it was still there.
func (h *hatch) pass(conn net.Conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.Index(h.strangers, conn)
	if i >= 0 {
		h.strangers = slices.Delete(h.strangers, i, i+1)
	}
	return i >= 0
}
