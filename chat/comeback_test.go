package chat_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat"
	"chat/chat/history"
)

// A dammed log keeps appends back, and then lets each through or loses it.
type dammed struct {
	chat.History
	waiting chan func(lose bool) // nil: nothing is kept back
}

func (l *dammed) Append(room string, e history.Entry, done func(history.Entry, bool, error)) {
	if l.waiting == nil {
		l.History.Append(room, e, done)
		return
	}
	l.waiting <- func(lose bool) {
		if lose {
			go done(e, false, history.ErrUnavailable)
			return
		}
		l.History.Append(room, e, done)
	}
}

// Bo says something, his connection breaks, he is back as the same one and says
// something else. When the log stores the first and loses the second, he must not
// be told that the second is there.
func TestAnOldAnswerIsNoneToANewMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &dammed{History: history.OpenMemory(history.Options{})}
		w := newWorld(t, patient, func(c *chat.Config) { c.History = log })
		t.Cleanup(func() { _ = log.History.(*history.Disk).Close(context.Background()) })
		ann, bo := w.annAndBo()
		ann.say("den", "1")
		bo.take(bo.Read())
		log.waiting = make(chan func(bool), 2)
		bo.Send(`427["send_message",{"chat_id":"den","message":"old"}]`)
		old := <-log.waiting
		_ = bo.Conn.CloseNow()
		synctest.Wait()
		back := w.open("Bo", "Mozilla/5.0", bo)
		if back.sid != bo.sid {
			t.Fatal("Bo is somebody new: this test tests nothing")
		}
		back.Send(`428["send_message",{"chat_id":"den","message":"new"}]`)
		lost := <-log.waiting
		old(false)
		synctest.Wait()
		lost(true)
		back.take(back.Read())
		if said := back.missed[len(back.missed)-1]; said != "old" {
			t.Errorf("Bo is given %q, want what was stored", said)
		}
		if got := back.Read(); !unavailable.MatchString(got) {
			t.Errorf("Bo is told %s, want that the new one is not stored", got)
		}
	})
}

// Somebody who mostly speaks comes back and is not told their own words again.
func TestOwnWordsDoNotComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient, unlimited)
		ann, bo := w.annAndBo()
		ann.say("den", "1")
		bo.take(bo.Read())
		for i := range 400 {
			bo.say("den", fmt.Sprint("own ", i))
			ann.wantEvent("receive_message")
		}
		_ = bo.Conn.CloseNow()
		synctest.Wait()
		back := w.open("Bo", "Mozilla/5.0", bo)
		if back.sid != bo.sid || len(back.missed) > 0 {
			t.Errorf("same one: %t; Bo is told %d of his own messages again", back.sid == bo.sid, len(back.missed))
		}
	})
}

// An unread log cannot be read while it is down.
type unread struct {
	chat.History
	down atomic.Bool
}

func (l *unread) Before(ctx context.Context, room string, before history.ID, n int) ([]history.Entry, bool, error) {
	if l.down.Load() {
		return nil, false, history.ErrUnavailable
	}
	return l.History.Before(ctx, room, before, n)
}

// A client joins the room again that it is in, and is refused because the log
// cannot be read. It still hears what is said.
func TestAJoinThatFailsTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &unread{History: history.OpenMemory(history.Options{})}
		w := newWorld(t, patient, func(c *chat.Config) { c.History = log })
		t.Cleanup(func() { _ = log.History.(*history.Disk).Close(context.Background()) })
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		log.down.Store(true)
		bo.ask("join", `{"chat_id":"den"}`)
		ann.say("den", "hello")
		if got := bo.wantEvent("receive_message")["message"]; got != "hello" {
			t.Errorf("Bo hears %v, want hello", got)
		}
	})
}

// A slow log cannot be followed, and takes its time to say so.
type slow struct {
	chat.History
	tries atomic.Int64
}

func (l *slow) Follow(string, func(history.Entry)) (history.ID, error) {
	l.tries.Add(1)
	time.Sleep(time.Second) // as long as Redis hangs
	return "", errors.New("away")
}

// Everybody comes back while Redis hangs. Nobody waits for the tries of all
// others, one after the other: they could not answer a heartbeat meanwhile.
func TestManyWaitForOneTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &slow{History: history.OpenMemory(history.Options{})}
		w := newWorld(t, patient, func(c *chat.Config) { c.History = log })
		t.Cleanup(func() { _ = log.History.(*history.Disk).Close(context.Background()) })
		var guests []*guest
		for i := range 50 {
			guests = append(guests, w.connect(fmt.Sprint("guest", i)))
		}
		begin := time.Now()
		for _, g := range guests {
			g.Send(`421["join",{"chat_id":"den"}]`)
		}
		for _, g := range guests {
			g.Read()
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("the last was answered after %v and %d tries, want two seconds", took, log.tries.Load())
		}
	})
}
