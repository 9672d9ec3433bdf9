package logs

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	queueLength = 1000                   // lines that wait for a place that hangs
	patience    = 250 * time.Millisecond // that a line is waited for
	farewell    = time.Second            // that the last lines are waited for
)

// A sink brings lines to a place that may be full, gone, or hang. A goroutine of
// its own writes them, so that nobody else can hang; but whoever hands over a
// line waits until it is written, because a record that a crash may take along
// is worth little. Once a line has taken too long, nobody waits any more until
// the place takes lines again.
type sink struct {
	to    io.Writer
	queue chan waiting
	stop  chan struct{} // closed by close
	done  chan struct{} // closed when the goroutine has ended
	once  sync.Once
	hangs atomic.Bool
	lost  atomic.Uint64 // since the last line that told so
	total atomic.Uint64 // ever
	told  atomic.Bool   // whether the trouble that lasts was told of

	// Each may be nil. Trouble gets the line that failing makes, once as long as
	// lines are lost, and missing makes the line that tells how many there were.
	// Ended is called after the last line, by the goroutine.
	trouble *sink
	failing func(error) []byte
	missing func(lost uint64) []byte
	ended   func()
}

// errHangs is the trouble of a place that does not even fail.
var errHangs = errors.New("it hangs")

// waiting is a line on its way.
type waiting struct {
	line    []byte
	written chan struct{} // closed once it is written, or lost
}

func newSink(to io.Writer) *sink {
	return &sink{to: to, queue: make(chan waiting, queueLength), stop: make(chan struct{}), done: make(chan struct{})}
}

// start begins the writing. Set the functions before.
func (s *sink) start() { go s.run() }

// put hands over a line, and waits for it. It copies it.
func (s *sink) put(line []byte) {
	w, ok := s.offer(line)
	if !ok || s.hangs.Load() {
		return
	}
	enough := time.NewTimer(patience)
	defer enough.Stop()
	select {
	case <-w.written:
	case <-s.done:
	case <-enough.C:
		s.hangs.Store(true)
	}
}

// offer hands over a line if there is a place for it, and waits for nothing.
func (s *sink) offer(line []byte) (w waiting, ok bool) {
	w = waiting{bytes.Clone(line), make(chan struct{})}
	select {
	case s.queue <- w:
		return w, true
	default:
	}
	s.lost.Add(1)
	s.total.Add(1)
	if news := s.news(errHangs); news != nil {
		s.trouble.offer(news)
	}
	return w, false
}

// news is the line that tells of a trouble, unless it was told already.
func (s *sink) news(err error) []byte {
	if s.trouble == nil || !s.told.CompareAndSwap(false, true) {
		return nil
	}
	return s.failing(err)
}

// run writes until it is stopped, and then what is left.
func (s *sink) run() {
	defer close(s.done)
	if s.ended != nil {
		defer s.ended()
	}
	for {
		select {
		case w := <-s.queue:
			s.write(w)
			continue
		default:
		}
		select {
		case w := <-s.queue:
			s.write(w)
		case <-s.stop:
			if len(s.queue) == 0 {
				return
			}
		}
	}
}

// write writes one line, behind the one that tells of those that are missing.
func (s *sink) write(w waiting) {
	defer close(w.written)
	defer s.hangs.Store(false)
	lost := s.lost.Load()
	if lost > 0 && s.missing != nil {
		if err := s.writeAll(s.missing(lost)); err != nil {
			s.lose(err)
			return
		}
		s.lost.Add(-lost)
	}
	if err := s.writeAll(w.line); err != nil {
		s.lose(err)
		return
	}
	if len(s.queue) == 0 { // Else a place that is too slow would be new trouble each time.
		s.told.Store(false)
	}
}

func (s *sink) writeAll(line []byte) error {
	n, err := s.to.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	return err
}

func (s *sink) lose(err error) {
	s.lost.Add(1)
	s.total.Add(1)
	if news := s.news(err); news != nil {
		s.trouble.put(news)
	}
}

// close writes what is left, unless the place hangs.
func (s *sink) close() {
	s.once.Do(func() { close(s.stop) })
	enough := time.NewTimer(farewell)
	defer enough.Stop()
	select {
	case <-s.done:
	case <-enough.C:
	}
}
