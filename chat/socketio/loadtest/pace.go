package main

import (
	"context"
	"time"
)

// A pace is when one of several senders sends: all at the same rate, and evenly
// one after another, so that no burst of the tool's looks like a delay of the
// server's. A nil pace is full speed.
type pace struct {
	next   time.Time
	period time.Duration
}

// newPace is the pace of a sender, so that all together send at a rate a second.
func newPace(rate, sender, senders int) *pace {
	if rate == 0 {
		return nil
	}
	period := time.Second * time.Duration(senders) / time.Duration(rate)
	return &pace{time.Now().Add(period * time.Duration(sender) / time.Duration(senders)), period}
}

// wait returns when it is time to send, or reports that ctx has ended.
func (p *pace) wait(ctx context.Context) bool {
	if p == nil {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(time.Until(p.next))
	defer timer.Stop()
	p.next = p.next.Add(p.period)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
