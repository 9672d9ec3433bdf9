package history

import (
	"errors"
	"slices"
	"time"
)

const (
	// rewriteRest is how long a rewriting that failed, or that had to wait because
	// the log was copied, is not tried again.
	rewriteRest = time.Minute
	// maxWasteBytes is what a log without a limit may waste, beside as much as
	// it uses.
	maxWasteBytes = 64 << 20
)

// tidy gives space back: it removes segments that nobody needs, and has those
// rewritten that are mostly waste, in the background.
func (d *Disk) tidy(now time.Time) {
	d.mu.Lock()
	var run, gone []*segment
	if len(d.index.segments.list) > 1 {
		gone = d.index.segments.takeUseless(now)
		if !d.rewriting && !now.Before(d.rewriteAt) {
			run = d.index.wasteful(now)
			d.rewriting = run != nil
		}
	}
	d.mu.Unlock()
	d.removeFiles(gone)
	if run != nil {
		d.background.Go(func() { d.rewriteAll(run) })
	}
}

// takeUseless takes out the segments that hold nothing that is needed, and
// returns those that nobody reads.
func (s *segments) takeUseless(now time.Time) (gone []*segment) {
	var useless []*segment
	for _, one := range s.sealed() {
		if one.live == 0 && !one.busy && !one.young(now) {
			useless = append(useless, one)
		}
	}
	return s.remove(useless)
}

// wasteful finds segments that are worth to be rewritten into one: the first that
// is mostly waste, and its neighbours if they are as well, or small. As long as
// there is space, young ones wait until the keys in them are not needed.
func (x *index) wasteful(now time.Time) []*segment {
	list := x.segments.sealed()
	pressed := x.pressed()
	first := slices.IndexFunc(list, func(one *segment) bool {
		return one.wasted(now) && (pressed || !one.young(now))
	})
	if first < 0 {
		return nil
	}
	fits := func(one *segment, needed int64) bool {
		small := one.size < x.segments.most/4
		return (small || one.wasted(now)) && (pressed || !one.young(now)) && needed+one.live <= x.segments.most
	}
	from, to := first, first+1
	needed := list[first].live
	for from > 0 && fits(list[from-1], needed) {
		from--
		needed += list[from].live
	}
	for to < len(list) && fits(list[to], needed) {
		needed += list[to].live
		to++
	}
	run := slices.Clone(list[from:to])
	for _, one := range run {
		one.busy = true
	}
	return run
}

// pressed reports whether space is short.
func (x *index) pressed() bool {
	if limit := x.retention.Bytes; limit > 0 {
		return x.segments.bytes > limit/2
	}
	return x.segments.bytes-x.bytes > x.bytes+maxWasteBytes
}

// rewriteAll rewrites segments and says in the log when that fails.
func (d *Disk) rewriteAll(run []*segment) {
	err := d.files.uncopied(func() error { return d.newRewriter(run).rewrite() })
	failed := err != nil && !errors.Is(err, errStopped) && !errors.Is(err, errCopied)
	d.mu.Lock()
	first := failed && !d.rewriteFailed
	d.rewriting, d.rewriteAt, d.rewriteFailed = false, time.Time{}, failed
	if err != nil {
		d.rewriteAt = d.options.Now().Add(rewriteRest)
	}
	for _, one := range run {
		one.busy = false
	}
	d.mu.Unlock()
	if first {
		d.options.Log.Warn("the log cannot give space back; it tries again", "error", err)
	}
	d.queue.signal() // There may be more to do.
}
