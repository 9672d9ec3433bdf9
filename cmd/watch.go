package cmd

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"chat/auth"
)

// watchEvery is how soon a running server notices that another process set up
// or rotated the secret.
const watchEvery = time.Second

// watch calls rotated each time that the secret's epoch changes, until ctx
// ends. Setting up the first secret is no change, since there was no session yet;
// but the owner is told, who may not have been the one who did it.
func watch(ctx context.Context, vault *auth.Vault, log *slog.Logger, rotated func()) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	last, err := epoch(vault)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		was := err
		var now int64
		if now, err = epoch(vault); err != nil {
			if was == nil { // once, not each second
				log.Error("secret cannot be read; nobody can log in until it can", "error", err)
			}
			continue
		}
		switch {
		case now == last || now == none:
		case last == none:
			log.Warn("an authenticator was set up")
		default:
			log.Warn("secret was replaced; every session has ended")
			rotated()
		}
		last = now
	}
}

// none is the epoch while no secret is set up.
const none int64 = -1

// epoch reads the epoch of the secret in use.
func epoch(vault *auth.Vault) (int64, error) {
	s, err := vault.Current()
	if errors.Is(err, auth.ErrNotEnrolled) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	return s.Epoch(), nil
}
