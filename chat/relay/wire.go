package relay

import (
	"errors"
	"regexp"
	"strings"
)

// What is sent, and how much may wait for that.
const (
	maxPayload   = 1 << 20
	maxSaid      = 1000
	maxSaidBytes = 4 << 20
	maxGraves    = 10_000
)

// A message is the server's id, its kind and a payload.
const (
	kindSaid   = "said"
	kindHere   = "here"
	kindNobody = "nobody"
	kindCall   = "call"
)

var errJunk = errors.New("that is no message of a server")

// serverID is what rand.Text returns.
var serverID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

func encode(server, kind string, payload []byte) []byte {
	message := make([]byte, 0, len(server)+len(kind)+len(payload)+2)
	message = append(message, server...)
	message = append(message, ' ')
	message = append(message, kind...)
	message = append(message, '\n')
	return append(message, payload...)
}

// decode is the inverse of encode.
func decode(message string) (server, kind, payload string, err error) {
	line, payload, ok := strings.Cut(message, "\n")
	server, kind, _ = strings.Cut(line, " ")
	switch {
	case !ok, len(payload) > maxPayload, !serverID.MatchString(server):
		return "", "", "", errJunk
	case kind == kindSaid, kind == kindHere, kind == kindCall, kind == kindNobody && payload == "":
		return server, kind, payload, nil
	}
	return "", "", "", errJunk
}
