package cmd

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"chat/auth"
	"chat/chat"
	"chat/ui"

	"github.com/redis/go-redis/v9"
)

// app is the rooms of the house, wired to each other. They do not know each
// other; what one needs of another it gets here as a function.
type app struct {
	place   place
	site    *ui.Site
	people  *auth.Server
	rooms   *chat.Server
	origins *auth.Origins
	forms   *http.CrossOriginProtection
	ready   *readiness
	bounds  bounds
	log     *slog.Logger
}

// supplies is what an app is built from, beside the configuration.
type supplies struct {
	place  place
	assets fs.FS // holds "ui"
	vault  *auth.Vault
	redis  *redis.Client
	memory memory
	log    *slog.Logger
	now    func() time.Time // nil: time.Now

	attempted func(outcome string) // nil: nobody counts logins
}

// redisPrefix begins every key of ours, so that a Redis can be shared.
const redisPrefix = "chat:"

// newApp builds and wires everything that answers requests.
func newApp(c Config, s supplies) (*app, error) {
	a := &app{place: s.place, bounds: c.bounds(), log: s.log, ready: &readiness{redis: s.redis, folder: c.DataDir, log: s.log}}
	var err error
	if a.site, err = newSite(c.UIDir, s); err != nil {
		return nil, err
	}
	if a.origins, err = auth.NewOrigins(s.place.base, s.place.origins...); err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	if err = a.origins.AlsoHosts(s.place.hosts...); err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	if a.forms, err = newForms(a.site, s.place); err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	a.people, err = auth.New(auth.Config{
		Vault: s.vault, Redis: s.redis, Prefix: c.statePrefix(), Site: a.site, Log: s.log,
		Secure: s.place.secure, Proxies: c.trusted(), Now: s.now,
		Issuer: string(c.TOTPIssuer), Account: string(c.TOTPUser),
		Ended:     a.ended,
		Renamed:   func(visitorID, name string) { a.rooms.Rename(visitorID, name) },
		Attempted: s.attempted,
	})
	if err != nil {
		return nil, fmt.Errorf("building the login: %w", err)
	}
	a.rooms = chat.New(chat.Config{
		Visitor: a.visitor, Site: a.site, Log: s.log, BaseURL: s.place.base,
		History: s.memory.log, Files: s.memory.files, Forgetful: !bool(c.History),
		Relay: s.memory.relay, Distrust: s.memory.shared, Now: s.now,
		Limits: c.limits(), Socket: c.wire(),
	})
	return a, nil
}

// visitor tells package chat who makes a request.
func (a *app) visitor(r *http.Request) (chat.Visitor, error) {
	v, ok := auth.VisitorFrom(r.Context())
	if !ok {
		var err error
		if v, err = a.people.Visitor(r); err != nil {
			return chat.Visitor{}, err
		}
	}
	recognise(r.Context())
	return chat.Visitor{ID: v.ID, Name: v.Name}, nil
}

// ended ends the sockets of a session that is over.
func (a *app) ended(visitorID, reason string) {
	a.log.Info("session ended", "session", visitorID, "reason", reason)
	a.rooms.End(visitorID, reason)
}

// rotated ends every socket after the secret was replaced. The sessions behind
// them are dead already, since each holds the epoch of its secret.
func (a *app) rotated() { a.rooms.EndAll("rotated") }

// newSite loads the pages: those built in, or the folder of UI_DIR, read anew
// for each request so that an edit shows at once.
func newSite(folder string, s supplies) (*ui.Site, error) {
	if folder != "" {
		site, err := ui.New(os.DirFS(folder), ui.Options{Reload: true, Log: s.log})
		if err != nil {
			return nil, usagef("it must be a folder that holds pages, static and words", "UI_DIR is %q: %w", folder, err)
		}
		return site, nil
	}
	files, err := fs.Sub(s.assets, "ui")
	if err != nil {
		return nil, fmt.Errorf("opening the embedded pages: %w", err)
	}
	site, err := ui.New(files, ui.Options{Log: s.log})
	if err != nil {
		return nil, fmt.Errorf("loading the embedded pages: %w", err)
	}
	return site, nil
}
