package telegram

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// maxSources is how many addresses of one kind are told apart.
const maxSources = 1000

// A digest is what one message will tell: all records of a kind since the one
// before.
type digest struct {
	kind  string
	count int
	first time.Time
	last  event
	addrs map[string]bool
	ended map[string]int // by outcome
}

func newDigest(e event) *digest {
	d := &digest{kind: e.kind, first: e.at, addrs: make(map[string]bool), ended: make(map[string]int)}
	d.add(e)
	return d
}

func (d *digest) add(e event) {
	d.count++
	d.last = e
	if addr := e.values["addr"]; addr != "" && len(d.addrs) < maxSources {
		d.addrs[addr] = true
	}
	if outcome := e.values["outcome"]; outcome != "" {
		d.ended[outcome]++
	}
}

// merge adds a later digest of the same kind.
func (d *digest) merge(later *digest) {
	d.count += later.count
	d.last = later.last
	for addr := range later.addrs {
		if len(d.addrs) < maxSources {
			d.addrs[addr] = true
		}
	}
	for outcome, n := range later.ended {
		d.ended[outcome] += n
	}
}

// text is the message in HTML.
func (d *digest) text(name string, lost int) string {
	m := newMessage(name)
	if known, ok := kinds[d.last.message]; ok {
		known.tell(m, d)
	} else {
		tellOther(m, d)
	}
	if lost > 0 {
		m.say(counted(lost, "other record") + " found no place in the queue.")
	}
	return m.String()
}

// sources is from how many addresses they came.
func (d *digest) sources() string {
	switch n := len(d.addrs); {
	case n >= maxSources:
		return fmt.Sprintf("more than %d addresses", maxSources-1)
	case n == 1:
		return "one address"
	default:
		return fmt.Sprintf("%d addresses", n)
	}
}

// addresses are some of them.
func (d *digest) addresses() []string {
	const shown = 3
	list := slices.Sorted(maps.Keys(d.addrs))
	if len(list) > shown {
		return append(list[:shown], "…")
	}
	return list
}

// outcomes counts how they ended, the most frequent first.
func (d *digest) outcomes() string {
	list := slices.SortedFunc(maps.Keys(d.ended), func(a, b string) int {
		if n := d.ended[b] - d.ended[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for i, outcome := range list {
		list[i] = fmt.Sprintf("%d %s", d.ended[outcome], outcome)
	}
	return strings.Join(list, ", ")
}

// span says in what time they came, beginning with a space.
func (d *digest) span() string {
	if d.count == 1 {
		return ""
	}
	switch took := d.last.at.Sub(d.first); {
	case took <= time.Minute:
		return " in the last minute"
	case took <= 2*time.Hour:
		return fmt.Sprintf(" in %d minutes", int(took.Minutes()+1))
	default:
		return fmt.Sprintf(" in %d hours", int(took.Hours()+1))
	}
}
