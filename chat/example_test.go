package chat_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"chat/chat"
	"chat/chat/files"
	"chat/chat/history"
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
	pictures, err := files.OpenFolder(uploads, 1<<30, 8<<20)
	if err != nil {
		fmt.Println(err)
		return
	}
	log := history.OpenMemory(history.Options{Dropped: pictures.Remove})
	defer log.Close(context.Background())
	rooms := chat.New(chat.Config{
		// Whoever has a session; here everybody is Ann.
		Visitor: func(*http.Request) (chat.Visitor, error) { return chat.Visitor{ID: "1", Name: "Ann"}, nil },
		Site:    site,
		Log:     slog.Default(),
		BaseURL: "https://chat.example",
		History: log,
		Files:   pictures,
	})
	http.Handle("/socket.io/", rooms.SocketIO())
	http.Handle("GET /chat/{room}", site.Handle(rooms.Page))
	fmt.Println("people can talk")
	// Output: people can talk
}
