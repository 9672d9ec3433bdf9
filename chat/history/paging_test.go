package history_test

import (
	"fmt"
	"sync"
	"testing"

	"chat/chat/history"
)

// H13. A room has a hundred thousand messages, and is talked in. Six people
// read all of it at once, half of them from its end, page by page: each has every
// message once, in order, and no page is larger than was asked for.
func TestPagingInParallel(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		const many, readers, page = 100_000, 6, 1000
		w := open(t, o)
		var stored sync.WaitGroup
		waiting := make(chan struct{}, 1000) // The log takes no more at once.
		for i := range many {
			stored.Add(1)
			waiting <- struct{}{}
			w.Append("den", history.Entry{Data: fmt.Append(nil, i)}, func(_ history.Entry, _ bool, err error) {
				if err != nil {
					t.Errorf("storing message %d: %v", i, err)
				}
				<-waiting
				stored.Done()
			})
		}
		stored.Wait()
		var reading sync.WaitGroup
		for r := range readers {
			reading.Go(func() {
				if r%2 == 0 {
					w.forwards(t, many, page)
				} else {
					w.backwards(t, many, page)
				}
			})
		}
		for i := range 100 {
			w.say("den", fmt.Sprint("meanwhile ", i))
		}
		reading.Wait()
	})
}

// forwards reads a room from its start and checks its first messages.
func (w *world) forwards(t *testing.T, many, page int) {
	read, after := 0, history.ID("")
	for more := true; more && read < many; {
		list, later, gap, err := w.After(t.Context(), "den", after, page)
		if err != nil || gap || len(list) == 0 || len(list) > page {
			t.Errorf("the page after %q has %d entries, with a gap: %t, %v", after, len(list), gap, err)
			return
		}
		for _, e := range list[:min(len(list), many-read)] {
			if string(e.Data) != fmt.Sprint(read) {
				t.Errorf("message %d is %q", read, e.Data)
				return
			}
			read++
		}
		after, more = list[len(list)-1].ID, later
	}
	if read != many {
		t.Errorf("%d messages are read, want %d", read, many)
	}
}

// backwards reads a room from its end and checks the same.
func (w *world) backwards(t *testing.T, many, page int) {
	read, before := many, history.ID("")
	for older := true; older; {
		list, more, err := w.Before(t.Context(), "den", before, page)
		if err != nil || len(list) == 0 || len(list) > page {
			t.Errorf("the page before %q has %d entries, %v", before, len(list), err)
			return
		}
		for i := len(list) - 1; i >= 0; i-- {
			if read == many && string(list[i].Data) != fmt.Sprint(many-1) {
				continue // It was said meanwhile.
			}
			read--
			if string(list[i].Data) != fmt.Sprint(read) {
				t.Errorf("message %d is %q", read, list[i].Data)
				return
			}
		}
		before, older = list[0].ID, more
	}
	if read != 0 {
		t.Errorf("%d messages are not read", read)
	}
}
