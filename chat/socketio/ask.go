package socketio

import (
	"context"
	"encoding/json"
	"fmt"

	"chat/chat/engineio"
)

// A Reply is a client's acknowledgement of an event of ours.
type Reply struct {
	// Args and Attachments are as those of an Event.
	Args        []json.RawMessage
	Attachments [][]byte
}

// Ask emits an event and waits for the client's acknowledgement. It returns the
// context's error when that ends first, which is also how to give it a time, and
// the cause when the socket ends. A handler must not wait for it: the reader it
// runs on is the one that would read the reply.
func (s *Socket) Ask(ctx context.Context, event string, args ...any) (Reply, error) {
	data, attachments, err := encodeArgs(append([]any{event}, args...))
	if err != nil {
		return Reply{}, fmt.Errorf("asking with %q: %w", event, err)
	}
	return s.ask(ctx, event, data, attachments)
}

// AskRaw is Ask for arguments that are JSON already, with placeholders for
// attachments, as they came in an Event.
func (s *Socket) AskRaw(ctx context.Context, event string, args []json.RawMessage, attachments [][]byte) (Reply, error) {
	return s.ask(ctx, event, rawEvent(event, args), attachments)
}

func (s *Socket) ask(ctx context.Context, event string, data []byte, attachments [][]byte) (Reply, error) {
	id, reply := s.expectReply()
	defer s.forgetReply(id)
	s.engine.Send(eventFrames(s.namespace, id, data, attachments)...)
	select {
	case r := <-reply:
		return r, nil
	case <-ctx.Done():
		return Reply{}, fmt.Errorf("waiting for the reply to %q: %w", event, ctx.Err())
	case <-s.Context().Done():
		return Reply{}, fmt.Errorf("waiting for the reply to %q: %w", event, context.Cause(s.Context()))
	}
}

// expectReply makes an id and the channel that gets its reply.
func (s *Socket) expectReply() (int64, <-chan Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = make(map[int64]chan Reply)
	}
	id := s.nextAsk
	s.nextAsk++
	reply := make(chan Reply, 1)
	s.asked[id] = reply
	return id, reply
}

func (s *Socket) forgetReply(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asked, id)
}

// replied hands on a reply. One that nobody waits for, or waits for no longer,
// is ignored.
func (s *Socket) replied(id int64, r Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reply, ok := s.asked[id]; ok {
		delete(s.asked, id)
		reply <- r // never blocks: it has room for the one reply
	}
}

// eventFrames encodes an event, with the id of the acknowledgement that is asked
// for, or noAck.
func eventFrames(namespace string, id int64, data []byte, attachments [][]byte) []engineio.Frame {
	kind := byte(typeEvent)
	if len(attachments) > 0 {
		kind = typeBinaryEvent
	}
	return frames(header{kind: kind, namespace: namespace, id: id, data: data}, attachments)
}
