package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"chat/chat"
	"chat/chat/files"
	"chat/chat/history"
	"chat/chat/socketio"
	"chat/ui"
)

// serve is the tool as a server: it prints its address and serves until it is
// interrupted.
func serve(ctx context.Context, which, profileDir string) error {
	endProfile, err := profile(profileDir)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	handler, err := handlerOf(which, folder)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	web := &http.Server{Handler: handler}
	go func() { <-ctx.Done(); _ = web.Close() }()
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return endProfile()
}

func handlerOf(which, folder string) (http.Handler, error) {
	switch which {
	case "ours", "stored":
		return newOurs(folder, which == "stored")
	case "plain":
		return &plain{members: make(map[*websocket.Conn]struct{})}, nil
	}
	return nil, fmt.Errorf("no server %q: ours, stored or plain", which)
}

// newOurs is the real server, with everybody a visitor and no flood limits. What
// is said it keeps on the disk, synced, or in memory as with HISTORY=off: as much
// of it as the disk's cache has, so that large messages do not cost ever new
// memory that no server of ours would hold.
func newOurs(folder string, stored bool) (http.Handler, error) {
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	pictures, err := files.OpenFolder(filepath.Join(folder, "uploads"), 1<<30, 8<<20)
	if err != nil {
		return nil, err
	}
	keep := history.Options{Dir: filepath.Join(folder, "history"), Retention: history.Retention{Messages: 1000, Bytes: 32 << 20}, Log: log}
	said := history.OpenMemory(keep)
	if stored {
		if said, err = history.OpenDisk(keep); err != nil {
			return nil, err
		}
	}
	rooms := chat.New(chat.Config{
		Visitor: func(r *http.Request) (chat.Visitor, error) {
			cookie, err := r.Cookie("visitor")
			if err != nil {
				return chat.Visitor{}, err
			}
			return chat.Visitor{ID: "visitor" + cookie.Value, Name: "Swift Bear " + cookie.Value}, nil
		},
		Site:    &ui.Site{},
		Log:     log,
		BaseURL: "http://127.0.0.1",
		History: said,
		Files:   pictures,
		Limits:  chat.Limits{Messages: -1},
		Socket:  socketio.Config{},
	})
	return rooms.SocketIO(), nil
}

// plain is the baseline: one room, and for every message one Write a member, by
// coder/websocket as it comes.
type plain struct {
	mu      sync.Mutex
	members map[*websocket.Conn]struct{}
}

func (p *plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	conn.SetReadLimit(1 << 20)
	ctx := context.Background()
	defer p.leave(conn)
	if conn.Write(ctx, websocket.MessageText, []byte(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1048576}`)) != nil {
		return
	}
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return
		}
		text := string(data)
		switch {
		case text == "40":
			err = conn.Write(ctx, websocket.MessageText, []byte(`40{"sid":"x"}`))
		case strings.HasPrefix(text, `420["join"`):
			p.join(conn)
			err = conn.Write(ctx, websocket.MessageText, []byte(`430[{}]`))
		default:
			p.broadcast(conn, text)
		}
		if err != nil {
			return
		}
	}
}

func (p *plain) join(conn *websocket.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members[conn] = struct{}{}
}

func (p *plain) leave(conn *websocket.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.members, conn)
	_ = conn.CloseNow()
}

// received is as long as what ours sends around a message.
const received = `42["receive_message",{"chat_id":"load","id":"01M84RHJ6H6AYW2GXKPXJ249J6","timestamp":"2026-01-01T00:00:00.000Z",` +
	`"sender":{"id":"n4q7a77fegxymez33npecybsor","name":"Swift Bear"},"message":`

func (p *plain) broadcast(from *websocket.Conn, text string) {
	_, message, ok := strings.Cut(text, `"message":`)
	if !ok {
		return
	}
	frame := []byte(received + message)
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.members {
		if conn != from {
			_ = conn.Write(context.Background(), websocket.MessageText, frame)
		}
	}
}

// readLine is the first line that a server prints: its address.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	return strings.TrimSpace(line), err
}
