package cmd

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// firstYear is when this program was written; a clock before it is not set.
const firstYear = 2026

// clock looks for what makes right codes wrong: a clock that is more than half
// a minute off. Nobody outside is asked for the time, so it can only be told
// whether something keeps the clock right, and whether it went back.
func (d doctor) clock(context.Context) finding {
	now := d.now()
	says := "the clock says " + now.UTC().Format("2006-01-02 15:04:05") + " UTC"
	const set = "set it, and turn on NTP: codes depend on it"
	if now.Year() < firstYear {
		return broken(set, "%s, which is over", says)
	}
	info, err := os.Stat(filepath.Join(d.config.DataDir, "secret.json"))
	if err == nil && info.ModTime().After(now.Add(time.Minute)) {
		return broken(set, "%s, but the secret was written at %s", says, info.ModTime().UTC().Format("2006-01-02 15:04:05"))
	}
	switch synced, known := d.synced(); {
	case !known:
		return fine("%s; whether NTP keeps it right cannot be told here", says)
	case !synced:
		return warning("turn on NTP, for example with `timedatectl set-ntp true`, or compare it with your phone's", "%s, and nothing keeps it right", says)
	}
	return fine("%s, kept right by NTP", says)
}
