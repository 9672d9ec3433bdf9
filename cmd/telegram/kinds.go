package telegram

import (
	"fmt"
	"log/slog"
	"strings"
)

// kinds are the records that have words of their own here, by their message.
// The others are told as they are.
var kinds = map[string]struct {
	atLeast slog.Level // for the owner, whatever it is in the log
	tell    func(m *message, d *digest)
}{
	"attempt":                     {tell: tellAttempts},
	"login level changed":         {tell: tellLevel},
	"new device":                  {tell: tellDevice},
	"an authenticator was set up": {tell: tellSetUp},
	"secret was replaced; every session has ended": {tell: tellRotation},
	"serving":  {atLeast: slog.LevelWarn, tell: func(m *message, d *digest) { m.say("The server runs.") }},
	"stopping": {atLeast: slog.LevelWarn, tell: func(m *message, d *digest) { m.say("The server stops.") }},
}

// kindOf tells which records become one message.
func kindOf(e event) string {
	if e.message == "attempt" && e.values["outcome"] == "accepted" {
		return "attempt accepted"
	}
	return e.message
}

func tellAttempts(m *message, d *digest) {
	what := "failed login"
	if d.kind == "attempt accepted" {
		what = "login"
	}
	m.say(fmt.Sprintf("%s from %s%s.", counted(d.count, what), d.sources(), d.span()))
	if d.count > 1 && what != "login" {
		m.say("How they ended: " + d.outcomes() + ".")
	}
	m.field("Address", strings.Join(d.addresses(), ", "))
	m.field("Browser", d.last.values["user_agent"])
	if d.count == 1 && what != "login" {
		m.field("Outcome", d.last.values["outcome"])
	}
}

// reasons are why strangers need another number of codes.
var reasons = map[string]string{
	"guesses":       "because of too many failed logins",
	"quiet":         "after a quiet time",
	"counters_lost": "because the counters of failed logins are gone",
}

func tellLevel(m *message, d *digest) {
	m.say(fmt.Sprintf("A new device needs %s to log in now, %s. Devices that you used before need one.",
		codes(d.last.values["to"]), reasons[d.last.values["reason"]]))
}

// codes is how many codes a level stands for. They come from us, but by way of
// a record.
func codes(level string) string {
	switch level {
	case "1":
		return "one code"
	case "2":
		return "two codes in a row"
	case "3":
		return "three codes in a row"
	}
	return "more codes"
}

func tellDevice(m *message, d *digest) {
	if d.count == 1 {
		m.say("A new device logged in.")
	} else {
		m.say(fmt.Sprintf("%s logged in%s. This is the last.", counted(d.count, "new device"), d.span()))
	}
	m.field("Address", d.last.values["addr"])
	m.field("Browser", d.last.values["user_agent"])
	m.say("If that was nobody you know, run: chat rotate-secret")
}

func tellSetUp(m *message, d *digest) {
	m.say("An authenticator was set up, and the server can be used. If you did not do this, stop it.")
}

func tellRotation(m *message, d *digest) {
	m.say("The authenticator secret was replaced, and every session has ended.")
}

// tellOther is for records that have no words of their own.
func tellOther(m *message, d *digest) {
	times := ""
	if d.count > 1 {
		times = fmt.Sprintf(" (%d times%s)", d.count, d.span())
	}
	m.say(d.last.level.String() + ": " + d.last.message + times)
	for _, key := range d.last.keys {
		m.field(key, d.last.values[key])
	}
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
