package limit

import (
	"net/netip"
	"time"
)

// Try is what is known of a try to get in before anything of it is looked at.
type Try struct {
	Addr netip.Addr
	// Codes is how many it brings: 1 to 3, or 0 for one that is limited by its
	// source only.
	Codes int
	// Device is the hash of the device token that it brings, if any.
	Device string
	// Epoch is that of the secret. Devices of another one are unknown.
	Epoch int64
	// Ordered says that a greater epoch is a newer one. Then a server that has
	// an older one than any other must let nobody in.
	Ordered bool
	// Label tells the secret from others. Empty: any.
	Label string
	// Fresh says that nobody ever tried this secret, so that counters that are
	// missing were not lost.
	Fresh bool
	// Witness is what the server that asks saw of the Redis before this one.
	Witness Witness
}

// Verdict is what becomes of a try.
type Verdict int

// The verdicts. Only of the first anything may be evaluated.
const (
	Go      Verdict = iota // it is paid for
	Wait                   // its source or device is blocked
	More                   // it must bring more codes
	Stale                  // this server's secret was replaced elsewhere
	Unsure                 // no code of this moment can be told from a used one
	Foreign                // the counters are for another secret
)

// Level is how many codes a try from an unknown device must bring: 1 to 3.
type Level int

// Ticket is the answer to a Try.
type Ticket struct {
	Verdict Verdict
	// RetryAfter is how long to wait, for Wait and Unsure.
	RetryAfter time.Duration
	// Need is how many codes the next try from there must bring.
	Need Level
	// Trusted says that the device is a trusted one.
	Trusted bool
	// Failures is how often this device or source failed lately, this try
	// included as long as it is not refunded.
	Failures int
	// Floor is a step up to which every code counts as used, because it is not
	// known which were; 0 when it is.
	Floor int64
	// Was and Level differ when this try changed the level. Was is 0 when the
	// counters were missing and made anew.
	Was, Level Level

	try    Try
	paid   int   // which counter, as in the script
	at     int64 // when, by the counters' clock
	filled int64 // the paid counter's time after the charge
}
