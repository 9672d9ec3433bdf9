package engineio

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// An upgrading is how far the upgrade of a polling socket to a websocket is.
type upgrading uint8

const (
	notUpgrading   upgrading = iota
	upgradeStarted           // a websocket came and may prove that it works
	upgradeProbed            // it did; every poll is answered at once until the switch
)

// upgrade takes the websocket that a client on polling would like to change to.
// A second one is closed, as the protocol says, and the first goes on.
func (s *Socket) upgrade(w http.ResponseWriter, r *http.Request) *refusal {
	if !isWebsocket(r) {
		return &refuseRequest
	}
	first := s.beginUpgrade()
	link, err := accept(w, r, s.server.cfg)
	switch {
	case err != nil: // accept has answered
		if first {
			s.endUpgrade()
		}
	case first:
		go s.serveUpgrade(link)
	default:
		link.abort()
	}
	return nil
}

func (s *Socket) beginUpgrade() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen || s.link != nil || s.upgrading != notUpgrading {
		return false
	}
	s.upgrading = upgradeStarted
	return true
}

// endUpgrade leaves the socket on polling.
func (s *Socket) endUpgrade() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.upgrading = notUpgrading
}

// serveUpgrade answers the probe, and when the client confirms makes the
// websocket the transport of the socket and goes on as its reader. Anything
// else closes the websocket and leaves the socket on polling.
func (s *Socket) serveUpgrade(l *link) {
	timeout := time.AfterFunc(s.server.cfg.UpgradeTimeout, l.abort)
	ok := l.expect("2probe") && s.answerProbe(l) && l.expect("5") && timeout.Stop() && s.switchTo(l)
	l.out.flush()
	if !ok {
		timeout.Stop()
		s.endUpgrade()
		l.close(ParseError)
		return
	}
	s.readWebsocket(l)
}

// expect reads one message and reports whether it is the text wanted.
func (l *link) expect(text string) bool {
	kind, reader, err := l.conn.Reader(context.Background())
	if err != nil || kind != websocket.MessageText {
		return false
	}
	data, why := l.readAll(kind, reader, new([]byte))
	return why == 0 && string(data) == text
}

// answerProbe tells the client that the websocket works. From now on no poll
// hangs: the client lets its last one end before it confirms.
func (s *Socket) answerProbe(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return false
	}
	s.upgrading = upgradeProbed
	l.out.enqueue(probeAnswer)
	l.out.flush()
	s.releaseForUpgrade()
	return true
}

// switchTo makes l the transport. What waited for a poll goes out first, when
// the caller flushes.
func (s *Socket) switchTo(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return false
	}
	s.link, s.upgrading = l, notUpgrading
	waiting := s.queue
	s.queue, s.queued = nil, 0
	s.enqueue(waiting...) // serveUpgrade flushes
	s.wakePoll()
	return true
}
