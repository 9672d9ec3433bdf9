package logs

// Keys are all keys that a record may have, with their meaning, beside slog's
// own: time, level and msg. Tools rely on them. A test reads the whole module
// for keys that are not here.
var Keys = map[string]string{
	"request": "id of the HTTP request, as in the header X-Request-Id of its answer",

	// Of attempts to log in.
	"action":      "what was attempted: login, enrol",
	"outcome":     "how an attempt ended",
	"addr":        "address of the client",
	"source":      "network of the client, which limits are counted by",
	"user_agent":  "what the browser says it is, 200 characters at most",
	"codes":       "how many codes the attempt brought",
	"trusted":     "whether the device had logged in before",
	"session":     "keyed hash of the session's public id",
	"retry_after": "seconds to wait",
	"from":        "level before: codes that an unknown device needs; 0 if not known",
	"to":          "level after",

	// Of requests and events.
	"method":  "HTTP method",
	"route":   "line of the table of routes, never the path",
	"status":  "HTTP status",
	"took_ms": "milliseconds that the answer took",
	"event":   "name of an event on a socket",
	"code":    "code of a refusal, for programs",
	"room":    "keyed hash of the room's name",
	"panic":   "what a handler panicked with",
	"stack":   "where it did",

	// Of the server.
	"address":     "where the server listens",
	"url":         "address that people open",
	"error":       "what went wrong",
	"reason":      "why it happened",
	"path":        "file on this machine",
	"host":        "name that a certificate is for",
	"fingerprint": "SHA-256 of a certificate",
	"until":       "end of a certificate's life",

	// Of the log itself.
	"lost":  "records that could not be written",
	"of":    "message of the records that were held back",
	"count": "how many",
	"bytes": "how large",
}
