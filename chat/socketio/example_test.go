package socketio_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/coder/websocket"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

// A player is what a game knows of one client.
type player struct {
	socket *socketio.Socket
	score  int
}

type move struct {
	Points int `json:"points"`
}

type score struct {
	Score int `json:"score"`
}

// move handles the event of that name. What it returns is the acknowledgement.
func (p *player) move(_ context.Context, m move) (score, error) {
	if m.Points > 3 {
		return score{}, &socketio.Error{Code: "cheat", Message: "three points at most"}
	}
	p.score += m.Points
	return score{p.score}, nil
}

// A game that counts the points of each client, and a client on a websocket.
func Example() {
	server := socketio.NewServer(socketio.Config{})
	game := socketio.Of(server, "/", func(_ context.Context, s *socketio.Socket, _ json.RawMessage) (*player, error) {
		return &player{socket: s}, nil
	})
	game.OnConnect(func(p *player) { _ = p.socket.Emit("welcome", "three points at most") })
	socketio.Handle(game, "move", (*player).move)

	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	web := httptest.NewServer(mux)
	defer web.Close()

	ctx := context.Background()
	conn, _, err := websocket.Dial(ctx, web.URL+"/socket.io/?EIO=4&transport=websocket", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, packet := range []string{"40", `421["move",{"points":2}]`, `422["move",{"points":9}]`} {
		_ = conn.Write(ctx, websocket.MessageText, []byte(packet))
	}
	for range 5 {
		_, data, _ := conn.Read(ctx)
		if text := string(data); text[0] == '4' && text[1] != '0' { // the other two hold ids
			fmt.Println(text)
		}
	}
	_ = conn.Close(websocket.StatusNormalClosure, "")
	server.CloseAll(engineio.ServerClose)
	// Output:
	// 42["welcome","three points at most"]
	// 431[{"score":2}]
	// 432[{"error":{"code":"cheat","message":"three points at most"}}]
}
