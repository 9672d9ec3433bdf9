package engineio

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"
	"unicode/utf8"
)

// servePolling answers a GET (a poll) or a POST (packets) of a session.
func (s *Socket) servePolling(w http.ResponseWriter, r *http.Request) *refusal {
	s.mu.Lock()
	upgraded := s.link != nil
	s.mu.Unlock()
	switch {
	case upgraded:
		return &refuseRequest
	case r.Method == http.MethodGet:
		return s.serveGet(w, r)
	case r.Method == http.MethodPost:
		return s.servePost(w, r)
	}
	return &refuseRequest
}

// serveGet answers a poll as soon as there is something to tell. Two polls at
// once are a fault of the client: the second is refused, the first gets a close
// packet, and the session ends.
func (s *Socket) serveGet(w http.ResponseWriter, r *http.Request) *refusal {
	s.mu.Lock()
	if s.beat.overdue() {
		s.mu.Unlock()
		s.end(PingTimeout)
		return &refuseSession
	}
	if s.poll != nil {
		s.mu.Unlock()
		s.end(ParseError)
		return &refuseRequest
	}
	poll := make(chan struct{}, 1)
	s.poll = poll
	s.wakePoll()
	s.releaseForUpgrade()
	s.mu.Unlock()

	select {
	case <-poll:
	case <-r.Context().Done():
		s.end(TransportError)
		return nil
	}
	payload, last := s.takePoll()
	if payload == nil {
		return &refuseRequest
	}
	if err := answerPoll(w, r, payload, s.server.cfg.WriteTimeout); err != nil {
		// The client can't know what it missed, so it must not go on as if it
		// had missed nothing.
		s.end(TransportError)
		return nil
	}
	if last {
		s.end(ServerClose) // end keeps the reason that there was
	}
	return nil
}

// wakePoll wakes the pending poll if there is something for it: frames, the
// end, or that the socket is on a websocket now. The caller holds s.mu.
func (s *Socket) wakePoll() {
	if len(s.queue) > 0 || s.state != stateOpen || s.link != nil {
		wake(s.poll)
	}
}

func wake(poll chan struct{}) {
	select {
	case poll <- struct{}{}:
	default: // nobody waits, or was woken before
	}
}

// releaseForUpgrade answers the pending poll, if a probe was answered, even
// though there is nothing for it: the client waits for its poll to end before
// it confirms the upgrade. Not at once, because the confirmation and this poll
// may be crossing on the wire; the reference takes up to 100 ms. The caller
// holds s.mu.
func (s *Socket) releaseForUpgrade() {
	if poll := s.poll; poll != nil && s.upgrading == upgradeProbed {
		time.AfterFunc(crossing, func() { wake(poll) })
	}
}

// crossing is how long two requests of one client, sent together, may arrive
// apart.
const crossing = 50 * time.Millisecond

// takePoll ends the pending poll and returns its answer, or nil if the client
// is on a websocket now and should not poll. It reports whether that was the
// last of a closing socket.
func (s *Socket) takePoll() (payload []byte, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poll = nil
	switch {
	case len(s.queue) == 0 && s.link != nil:
		return nil, false
	case len(s.queue) == 0 && s.state != stateOpen && s.endReason != ClientClose:
		// Alone, because a client drops what it has not handled when it is told
		// to close.
		return closeFrame.encoded(), s.state == stateClosing
	case len(s.queue) == 0:
		return noopFrame.encoded(), s.state == stateClosing
	}
	payload, taken := takePayload(s.queue, s.server.cfg.MaxPayload)
	for _, f := range s.queue[:taken] {
		s.queued -= f.Len()
	}
	s.queue = s.queue[taken:]
	if len(s.queue) == 0 {
		s.queue = nil // lets go of the array that grew
	}
	return payload, false
}

// answerPoll writes a payload in one go, within timeout. An error means that the
// client may not have got all of it.
func answerPoll(w http.ResponseWriter, r *http.Request, payload []byte, timeout time.Duration) error {
	header := w.Header()
	payload = compress(header, r, payload)
	header.Set("Content-Type", "text/plain; charset=UTF-8")
	header.Set("Content-Length", strconv.Itoa(len(payload)))
	header.Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(timeout))
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	if _, err := w.Write(payload); err != nil {
		return err
	}
	// A writer that can't flush is not one of a network, as a recorder of answers.
	if err := control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// servePost takes the packets of a POST. Two at once, or a body that is not
// text, are faults of the client that end the session. A body that is too large
// is refused and the session stays.
func (s *Socket) servePost(w http.ResponseWriter, r *http.Request) *refusal {
	if !s.beginPost() {
		s.end(ParseError)
		return &refuseRequest
	}
	defer s.endPost()
	if r.Header.Get("Content-Encoding") != "" {
		return &refuseMedia
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/octet-stream" {
		s.end(ParseError)
		return &refuseRequest
	}
	body, bad := s.readBody(w, r)
	if bad != nil {
		return bad
	}
	if utf8.Valid(body) {
		s.handlePayload(body)
	} else {
		s.end(ParseError)
	}
	answerPost(w)
	return nil
}

func (s *Socket) beginPost() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.posting {
		return false
	}
	s.posting = true
	return true
}

func (s *Socket) endPost() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posting = false
}

// readBody reads a body of at most MaxPayload bytes within MessageTimeout.
func (s *Socket) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	limit := int64(s.server.cfg.MaxPayload)
	if r.ContentLength > limit {
		return nil, &refuseTooLarge
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.server.cfg.MessageTimeout))
	body, err := readUpTo(http.MaxBytesReader(w, r.Body, limit), int(limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, &refuseTooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.end(MessageTimeout)
		return nil, &refuseRequest
	}
	if err != nil {
		s.end(TransportError)
		return nil, &refuseRequest
	}
	return body, nil
}

// readUpTo reads all of r, which ends with an error when it is longer than limit.
// The buffer follows what came, whatever was announced, and is no larger than it
// may be: io.ReadAll holds twice as much.
func readUpTo(r io.Reader, limit int) ([]byte, error) {
	buf := make([]byte, 0, min(512, limit+1)) // the end is seen by a byte to spare
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		case len(buf) == cap(buf):
			larger := make([]byte, len(buf), min(2*cap(buf), limit+1))
			copy(larger, buf)
			buf = larger
		}
	}
}

// handlePayload handles the packets of a payload up to the first that is malformed,
// which ends the socket.
func (s *Socket) handlePayload(payload []byte) {
	for more := true; more; {
		var p packet
		var err error
		p, payload, more, err = nextPacket(payload)
		if err != nil {
			s.end(ParseError)
			return
		}
		if !s.handlePacket(p) {
			return
		}
	}
}

func answerPost(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "ok")
}
