package engineio

import "github.com/coder/websocket"

// A Reason says why a socket ended. Its String is the word for logs.
type Reason uint8

// Every way to lose a connection.
const (
	// ClientClose: the client sent a close packet or closed its websocket.
	ClientClose Reason = iota + 1
	// ClientDisconnect: the client said, in the protocol above, that it leaves.
	ClientDisconnect
	// TransportError: the connection broke, or a poll was aborted.
	TransportError
	// PingTimeout: no answer to a ping within pingTimeout.
	PingTimeout
	// ParseError: the client sent what the protocol does not allow.
	ParseError
	// BadFrame: the client sent a frame that no websocket has.
	BadFrame
	// BadText: a text message on a websocket was not valid UTF-8.
	BadText
	// TooLarge: a websocket message was larger than maxPayload.
	TooLarge
	// MessageTimeout: a message, or the body of a request, began and took too
	// long to arrive.
	MessageTimeout
	// ConnectTimeout: the client joined in nothing of the protocol above.
	ConnectTimeout
	// Slow: the client did not read; its queue or the time for a write ran out.
	Slow
	// Flood: the client sent more than it may, and went on after it was told.
	Flood
	// Replaced: the client is back on another connection.
	Replaced
	// SessionEnded: whoever connected may do so no longer, as after a logout.
	SessionEnded
	// ServerClose: the server's own code closed the socket.
	ServerClose
	// Shutdown: the server is stopping.
	Shutdown
	// Panic: the handler panicked, which is a fault of the server's own code.
	Panic
)

var reasons = [...]struct {
	word   string
	status websocket.StatusCode
}{
	ClientClose:      {"client close", websocket.StatusNormalClosure},
	ClientDisconnect: {"client disconnect", websocket.StatusNormalClosure},
	TransportError:   {"transport error", websocket.StatusGoingAway},
	PingTimeout:      {"ping timeout", websocket.StatusGoingAway},
	ParseError:       {"parse error", websocket.StatusPolicyViolation},
	BadFrame:         {"bad frame", websocket.StatusProtocolError},
	BadText:          {"bad text", websocket.StatusInvalidFramePayloadData},
	TooLarge:         {"too large", websocket.StatusMessageTooBig},
	MessageTimeout:   {"message timeout", websocket.StatusPolicyViolation},
	ConnectTimeout:   {"connect timeout", websocket.StatusPolicyViolation},
	Slow:             {"slow", websocket.StatusPolicyViolation},
	Flood:            {"flood", websocket.StatusPolicyViolation},
	Replaced:         {"replaced", websocket.StatusGoingAway},
	SessionEnded:     {"session ended", websocket.StatusNormalClosure},
	ServerClose:      {"server close", websocket.StatusNormalClosure},
	Shutdown:         {"shutdown", websocket.StatusGoingAway},
	Panic:            {"panic", websocket.StatusInternalError},
}

// String is the reason in a word or two, for logs.
func (r Reason) String() string {
	if int(r) >= len(reasons) || reasons[r].word == "" {
		return "unknown"
	}
	return reasons[r].word
}

// status is the websocket close code that tells the client.
func (r Reason) status() websocket.StatusCode { return reasons[r].status }
