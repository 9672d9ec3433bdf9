package auth

import (
	"context"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// The attack: have a server believe that nobody was at the address of Redis while
// others let people in there. Each of these ends, or begins anew, what it believes.
func TestNobodyWasThere(t *testing.T) {
	start := time.Now()
	refused := fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	tests := []struct {
		name string
		do   func(w *witness)
		gone time.Duration // a minute after the first refusal
	}{
		{"nothing", func(*witness) {}, time.Minute},
		{"still nobody", func(w *witness) { w.missed(refused, start.Add(time.Second)) }, time.Minute},
		{"it loads", func(w *witness) { w.missed(loading, start.Add(time.Second)) }, time.Minute},
		{"no answer in time, once", func(w *witness) { w.missed(context.DeadlineExceeded, start.Add(time.Second)) }, time.Minute},
		{"no answer in time, for long", func(w *witness) {
			w.looked = w.looked.Add(-5 * time.Second)
			w.missed(context.DeadlineExceeded, start.Add(5*time.Second))
		}, 0},
		{"somebody hung up", func(w *witness) { w.missed(io.EOF, start.Add(time.Second)) }, 0},
		{"somebody hung up, then nobody", func(w *witness) {
			w.missed(io.EOF, start.Add(time.Second))
			w.missed(refused, start.Add(2*time.Second))
		}, 58 * time.Second},
		{"it is back", func(w *witness) { w.heard("b", 2) }, 0},
		{"another run was there", func(w *witness) {
			w.answered()
			w.missed(refused, start.Add(2*time.Second))
		}, 58 * time.Second},
		{"the machine slept, then nobody", func(w *witness) {
			w.looked = w.looked.Add(-time.Minute)
			w.missed(refused, start.Add(2*time.Second))
		}, 58 * time.Second},
		{"the machine slept, and then is asked", func(w *witness) { w.looked = w.looked.Add(-time.Minute) }, 0},
		{"the clock was set back", func(w *witness) { w.gone = w.gone.Round(0).Add(time.Hour) }, 0},
	}
	for _, tt := range tests {
		var w witness
		w.heard("a", 1)
		w.missed(refused, start)
		tt.do(&w)
		if got := w.testimony(start.Add(time.Minute)).Gone; got != tt.gone {
			t.Errorf("%s: nobody was there for %v, want %v", tt.name, got, tt.gone)
		}
	}
}

var loading error = redisError("LOADING Redis is loading the dataset in memory")

type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

var _ redis.Error = redisError("")
