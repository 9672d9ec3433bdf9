package ui

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
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
	// Problem is one sentence shown at the field; empty on the first visit.
	Problem string
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
	Claim   string
	Problem string
}

// EnrolPage shows the new secret once and asks for its first code.
type EnrolPage struct {
	QR QR
	// Secret is base32 in groups of four.
	Secret          string
	Issuer, Account string
	Problem         string
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
}

// ErrorPage explains a status. Empty fields are filled from the status.
type ErrorPage struct {
	Status      int
	Title, Text string
	RetryAfter  time.Duration
}

func (LoginPage) file() string     { return "login.html" }
func (SetupHelpPage) file() string { return "setup.html" }
func (ClaimPage) file() string     { return "claim.html" }
func (EnrolPage) file() string     { return "enrol.html" }
func (HomePage) file() string      { return "home.html" }
func (RoomPage) file() string      { return "room.html" }
func (ErrorPage) file() string     { return "error.html" }

// Seconds is the wait in whole seconds, rounded up, for the countdown.
func (p LoginPage) Seconds() int { return seconds(p.RetryAfter) }

// Seconds is the wait in whole seconds, rounded up, for the countdown.
func (p EnrolPage) Seconds() int { return seconds(p.RetryAfter) }

// Seconds is the wait in whole seconds, rounded up, for the countdown.
func (p ErrorPage) Seconds() int { return seconds(p.RetryAfter) }

// CodeField is a field for a code after the first.
type CodeField struct{ Name, Label string }

// Fields are those for the codes after the first.
func (p LoginPage) Fields() []CodeField {
	all := []CodeField{{"code2", "The next one"}, {"code3", "The one after that"}}
	return all[:min(max(p.Codes, 1), 3)-1]
}

// Several reports whether there is more than one field.
func (p LoginPage) Several() bool { return p.Codes > 1 }

// HowMany is the number of fields in words.
func (p LoginPage) HowMany() string {
	if p.Codes > 2 {
		return "three"
	}
	return "two"
}

// Why says for what reason one code is not enough; nothing when it is.
func (p LoginPage) Why() string {
	switch {
	case p.Need < 2:
		return ""
	case p.Lost:
		return "This server does not remember how often codes were tried before, so it is careful."
	}
	return "Somebody is trying to guess codes."
}

// Wait says RetryAfter in words, for browsers without JavaScript.
func (p LoginPage) Wait() string { return inWords(p.RetryAfter) }

// Wait says RetryAfter in words, for browsers without JavaScript.
func (p EnrolPage) Wait() string { return inWords(p.RetryAfter) }

// Wait says RetryAfter in words, for browsers without JavaScript.
func (p ErrorPage) Wait() string { return inWords(p.RetryAfter) }

// Label is the room's name fit for a title: the long random names the server
// makes are cut, for nobody reads them and a tab shows them to the whole table.
func (p RoomPage) Label() string {
	const longest, kept = 20, 6
	if len(p.Room) <= longest {
		return p.Room
	}
	return "Room " + p.Room[:kept] + "…"
}

// seconds rounds up: a client that waits must never come back too early.
func seconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}

// inWords rounds a wait up to one unit a person would use.
func inWords(d time.Duration) string {
	unit, name := time.Second, "second"
	switch {
	case d > 2*time.Hour:
		unit, name = time.Hour, "hour"
	case d > 2*time.Minute:
		unit, name = time.Minute, "minute"
	}
	n := (d + unit - 1) / unit
	if n != 1 {
		name += "s"
	}
	return fmt.Sprintf("%d %s", n, name)
}

// parsePages parses each page together with the files under pages/shared: the
// layout and the pieces used by several pages.
func parsePages(files fs.FS, static *tree) (map[string]*template.Template, error) {
	base := template.New("").Funcs(template.FuncMap{
		"asset":   static.url,
		"modules": static.modules,
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
