package auth

import (
	"errors"
	"net/http"
)

// maxForm bounds the body of every form here, in bytes. The largest honest one
// holds a code and a path.
const maxForm = 4 << 10

// form is the fields of a POST body. Those of the address do not count: what
// stands there ends up in histories and logs.
type form map[string][]string

// readForm reads the body, url-encoded or multipart. A body that is too large
// or malformed, or of another type, is a form without fields.
func readForm(w http.ResponseWriter, r *http.Request) form {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil { // ParseMultipartForm would forget this error.
		return nil
	}
	err := r.ParseMultipartForm(maxForm)
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	return form(r.PostForm)
}

// only returns the value of a field that is there exactly once, else nothing.
func (f form) only(field string) string {
	if len(f[field]) != 1 {
		return ""
	}
	return f[field][0]
}

// seeOther redirects to a path of ours. It is not http.Redirect, which would
// clean the path into another one and write a body.
func seeOther(w http.ResponseWriter, path string) {
	w.Header().Set("Location", path)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
}
