package engineio_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"chat/chat/engineio"
)

// A shouter answers every message in capitals.
type shouter struct{ socket *engineio.Socket }

func (s shouter) Message(m engineio.Message) {
	s.socket.Send(engineio.Text([]byte(strings.ToUpper(string(m.Data)))))
}

func (s shouter) Close(why engineio.Reason) {}

func ExampleServer() {
	server := engineio.NewServer(func(s *engineio.Socket) engineio.Handler { return shouter{s} }, engineio.Config{})
	web := httptest.NewServer(server)
	defer web.Close()

	get := func(query string) string {
		res, err := http.Get(web.URL + "/?EIO=4&transport=polling" + query)
		if err != nil {
			return err.Error()
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}
	session := "&sid=" + strings.Split(get(""), `"`)[3]
	res, err := http.Post(web.URL+"/?EIO=4&transport=polling"+session, "text/plain", strings.NewReader("4hello"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = res.Body.Close()
	fmt.Println(get(session))
	// Output: 4HELLO
}
