package telegram

import (
	"context"
	"errors"
	"time"
)

// The pause after a message that did not get through: it doubles from the first
// to the longest. Telegram's own word counts for more.
const (
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
)

// send is the one sender. It ends when Close says so, and nothing waits that it
// could send.
func (a *Alerts) send() {
	defer close(a.done)
	defer a.courier.cancel()
	var t trouble
	for {
		ending := a.ending()
		wait := time.Until(t.over)
		if wait <= 0 {
			wait = a.sendOne(&t, ending)
		}
		if wait == 0 {
			continue
		}
		if ending {
			return
		}
		a.rest(wait, t.pause == 0)
	}
}

// trouble is what the sender remembers of messages that did not get through.
type trouble struct {
	pause time.Duration // the last one; 0 if there is no trouble
	over  time.Time     // when the next try is due
}

// sendOne sends what is due, and returns how long to wait for the next: 0 is not
// at all, below 0 until there is news. At the end all is due.
func (a *Alerts) sendOne(t *trouble, ending bool) (wait time.Duration) {
	d, lost, wait := a.take(time.Now(), ending)
	if d == nil {
		return wait
	}
	err := a.courier.deliver(d.text(a.name, lost))
	if err == nil {
		if t.pause > 0 {
			*t = trouble{}
			a.failing(nil)
		}
		a.sent(d, time.Now())
		return 0
	}
	if t.pause == 0 {
		a.failing(err)
	}
	a.putBack(d, lost)
	t.pause = min(max(2*t.pause, firstPause), longestPause)
	wait = max(t.pause, told(err))
	t.over = time.Now().Add(wait)
	return wait
}

// rest waits: for so long, below 0 for ever; for news, if they count; or for the
// end.
func (a *Alerts) rest(wait time.Duration, news bool) {
	var later <-chan time.Time
	if wait >= 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		later = timer.C
	}
	wake := a.wake
	if !news {
		wake = nil
	}
	select {
	case <-later:
	case <-wake:
	case <-a.stop:
	}
}

func (a *Alerts) ending() bool {
	select {
	case <-a.stop:
		return true
	default:
		return false
	}
}

// told is how long Telegram said to wait, if it did.
func told(err error) time.Duration {
	if busy, ok := errors.AsType[*busyError](err); ok {
		return busy.wait
	}
	return 0
}

// Send sends one message now, for somebody who wants to see it arrive.
func Send(ctx context.Context, o Options, text string) error {
	c, err := newCourier(o)
	if err != nil {
		return err
	}
	defer c.cancel()
	defer context.AfterFunc(ctx, c.cancel)()
	m := newMessage(o.Name)
	m.say(text)
	return c.deliver(m.String())
}
