package socketio_test

import (
	"context"
	"encoding/json"
	"net/http"

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

func Example() {
	server := socketio.NewServer(socketio.Config{})
	game := socketio.Of(server, "/", func(_ context.Context, s *socketio.Socket, _ json.RawMessage) (*player, error) {
		return &player{socket: s}, nil
	})
	socketio.Handle(game, "move", (*player).move)
	http.Handle("/socket.io/", server)
}
