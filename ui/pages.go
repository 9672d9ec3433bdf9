package ui

import (
	"html/template"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Page is one of the page structs of this package.
type Page interface {
	// file names the template under pages/.
	file() string
}

// LoginPage asks for a code.
type LoginPage struct {
	// Next is the path to return to after the login; it travels in the form.
	Next string
	// Problem is one sentence shown at the field; zero on the first visit.
	Problem Phrase
	// RetryAfter above zero shows a countdown and closes the form until it is over.
	RetryAfter time.Duration
	// Codes is how many fields there are, 1 to 3; 0 is 1. Need is how many the
	// server asks for; above 1 the page says why. Lost changes the reason.
	Codes, Need int
	Lost        bool
	// Clock, unless it is zero, is the server's time, for people to compare.
	Clock time.Time
}

// SetupHelpPage tells a visitor without a claim how the owner sets up. It
// holds no secret.
type SetupHelpPage struct {
	// Enrolled says that setting up is over: the page points to the login.
	Enrolled bool
}

// ClaimPage shows the button that posts the claim. Looking at it uses nothing up.
type ClaimPage struct {
	Claim string
}

// EnrolPage shows the new secret once and asks for its first code.
type EnrolPage struct {
	QR QR
	// Secret is base32 in groups of four.
	Secret          string
	Issuer, Account string
	Problem         Phrase
	// RetryAfter above zero shows a countdown and closes the form until it is over.
	RetryAfter time.Duration
}

// HomePage offers a new room, the way into another one, and the visitor's name.
type HomePage struct {
	Name string
	// Room is the new room's name, URL its shareable address.
	Room, URL string
	// QR is that of URL. The zero QR says that no other device can follow it.
	QR QR
}

// RoomPage is the room itself; its script does the rest.
type RoomPage struct {
	Name string
	// VisitorID tells one's own messages from those of others.
	VisitorID string
	Room, URL string
	QR        QR
	// MaxText and MaxUpload are limits in bytes, so that the page can say no
	// before the server must.
	MaxText, MaxUpload int
	// MaxPixels is how many millions of pixels a picture may have.
	MaxPixels int
}

// ErrorPage explains a status.
type ErrorPage struct {
	Status      int
	Title, Text Phrase
	RetryAfter  time.Duration
}

// OfflinePage stands for any page while the server cannot be reached. It knows
// nothing of anybody.
type OfflinePage struct{}

func (LoginPage) file() string     { return "login.html" }
func (SetupHelpPage) file() string { return "setup.html" }
func (ClaimPage) file() string     { return "claim.html" }
func (EnrolPage) file() string     { return "enrol.html" }
func (HomePage) file() string      { return "home.html" }
func (RoomPage) file() string      { return "room.html" }
func (ErrorPage) file() string     { return "error.html" }
func (OfflinePage) file() string   { return "offline.html" }

// Seconds is the wait in whole seconds, rounded up, for the countdown.
func (p LoginPage) Seconds() int { return seconds(p.RetryAfter) }

// Seconds is the wait in whole seconds, rounded up, for the countdown.
func (p EnrolPage) Seconds() int { return seconds(p.RetryAfter) }

// Seconds is the wait in whole seconds, rounded up, for the countdown.
func (p ErrorPage) Seconds() int { return seconds(p.RetryAfter) }

// Fields are the names of the fields for the codes after the first.
func (p LoginPage) Fields() []string { return []string{"code2", "code3"}[:p.HowMany()-1] }

// HowMany is the number of fields.
func (p LoginPage) HowMany() int { return min(max(p.Codes, 1), 3) }

// Shortcut reports whether three codes in a row, which take a minute and more to
// come, open sooner than the wait is over.
func (p LoginPage) Shortcut() bool { return p.RetryAfter > 90*time.Second && p.Codes < 3 }

// Why says for what reason one code is not enough; nothing when it is.
func (p LoginPage) Why() Phrase {
	switch {
	case p.Need < 2:
		return Phrase{}
	case p.Lost:
		return Say("login.why_lost")
	}
	return Say("login.why_guessed")
}

// Label is the room's name fit for a title: the long random names the server
// makes are cut, for nobody reads them and a tab shows them to the whole table.
func (p RoomPage) Label() Phrase {
	const longest, kept = 20, 6
	if len(p.Room) <= longest {
		return Say("room.name", "name", p.Room)
	}
	return Say("room.label", "name", p.Room[:kept])
}

// seconds rounds up: a client that waits must never come back too early.
func seconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}

// inWords rounds a wait up to one unit a person would use.
func inWords(d time.Duration) Phrase {
	unit, key := time.Second, "time.seconds"
	switch {
	case d > 2*time.Hour:
		unit, key = time.Hour, "time.hours"
	case d > 2*time.Minute:
		unit, key = time.Minute, "time.minutes"
	}
	return Say(key, "n", int((d+unit-1)/unit))
}

// parsePages parses each page together with the files under pages/shared: the
// layout and the pieces used by several pages. They speak one language.
func parsePages(files fs.FS, static *tree, l *language) (map[string]*template.Template, error) {
	base := template.New("").Funcs(template.FuncMap{
		"asset":   static.url,
		"modules": static.modules,
		"words":   l.wordsOf(static),
		"lang":    func() string { return l.tag },
		"say":     l.say,
		"rich":    l.rich,
		"tell":    l.tell,
		"wait":    inWords,
		// An address may be broken at its slashes, and nowhere else if it can be helped.
		"steps": func(address string) []string { return strings.SplitAfter(address, "/") },
		"code": func(s string) template.HTML {
			return template.HTML("<code>" + template.HTMLEscapeString(s) + "</code>")
		},
		"clock": func(t time.Time) template.HTML {
			return template.HTML(t.UTC().Format(`<time datetime="2006-01-02T15:04:05Z">15:04:05 UTC</time>`))
		},
	})
	base, err := base.ParseFS(files, "pages/shared/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template, len(names))
	for _, name := range names {
		page, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if page, err = page.ParseFS(files, name); err != nil {
			return nil, err
		}
		pages[path.Base(name)] = page
	}
	return pages, nil
}
