package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"chat/ui"
)

// A handler answers with a page or returns an error; the site does the rest.
func Example() {
	site, err := ui.New(os.DirFS("."), ui.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	login := site.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if r.Method != http.MethodGet {
			return &ui.Error{Status: http.StatusMethodNotAllowed}
		}
		site.Render(w, r, http.StatusOK, ui.LoginPage{Next: "/chat/standup"})
		return nil
	})
	for _, method := range []string{"GET", "DELETE"} {
		w := httptest.NewRecorder()
		ui.Headers(true, login).ServeHTTP(w, httptest.NewRequest(method, "/auth", nil))
		fmt.Println(method, w.Code, w.Header().Get("Content-Type"), w.Header().Get("Cache-Control"))
	}
	// Output:
	// GET 200 text/html; charset=utf-8 no-store
	// DELETE 405 application/json no-store
}
