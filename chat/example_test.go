package chat_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"chat/chat"
	"chat/ui"
)

func Example() {
	site, err := ui.New(os.DirFS("../ui"), ui.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	uploads, err := os.MkdirTemp("", "uploads")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(uploads)
	rooms, err := chat.New(chat.Config{
		// Whoever has a session; here everybody is Ann.
		Visitor: func(*http.Request) (chat.Visitor, error) { return chat.Visitor{ID: "1", Name: "Ann"}, nil },
		Site:    site,
		Log:     slog.Default(),
		BaseURL: "https://chat.example",
		Uploads: uploads,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	http.Handle("/socket.io/", rooms.SocketIO())
	http.Handle("GET /chat/{room}", site.Handle(rooms.Page))
	fmt.Println("people can talk")
	// Output: people can talk
}
