package history_test

import (
	"context"
	"fmt"

	"chat/chat/history"
)

func Example() {
	log := history.OpenMemory(history.Options{Retention: history.Retention{Messages: 1000}})
	defer log.Close(context.Background())

	if _, err := log.Follow("kitchen", func(e history.Entry) { fmt.Printf("everybody hears %s\n", e.Data) }); err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan struct{})
	log.Append("kitchen", history.Entry{Key: "1", Data: []byte("hello")}, func(e history.Entry, again bool, err error) {
		fmt.Println("stored:", err == nil, "again:", again)
		close(done)
	})
	<-done
	page, more, err := log.Before(context.Background(), "kitchen", "", 50)
	fmt.Println(len(page), more, err)
	// Output:
	// everybody hears hello
	// stored: true again: false
	// 1 false <nil>
}
