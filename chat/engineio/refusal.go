package engineio

import (
	"encoding/json"
	"net/http"
)

// A refusal is an answer to a request that the protocol does not allow, with
// the code and words of the reference server.
type refusal struct {
	status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
}

var (
	refuseTransport   = refusal{http.StatusBadRequest, 0, "Transport unknown"}
	refuseSession     = refusal{http.StatusBadRequest, 1, "Session ID unknown"}
	refuseMethod      = refusal{http.StatusBadRequest, 2, "Bad handshake method"}
	refuseRequest     = refusal{http.StatusBadRequest, 3, "Bad request"}
	refuseForbidden   = refusal{http.StatusForbidden, 4, "Forbidden"}
	refuseVersion     = refusal{http.StatusBadRequest, 5, "Unsupported protocol version"}
	refuseTooLarge    = refusal{http.StatusRequestEntityTooLarge, 3, "Payload too large"}
	refuseMedia       = refusal{http.StatusUnsupportedMediaType, 3, "Unsupported content encoding"}
	refuseTooMany     = refusal{http.StatusTooManyRequests, 4, "Too many connections"}
	refuseUnavailable = refusal{http.StatusServiceUnavailable, 4, "Try again later"}
)

func (f refusal) write(w http.ResponseWriter) {
	body, _ := json.Marshal(f) // two plain fields cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if f.status == http.StatusServiceUnavailable || f.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(body) // a client that went away cannot be told
}
