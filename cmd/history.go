package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"chat/chat"
	"chat/chat/files"
	"chat/chat/history"
)

// maxUploads is how many bytes the uploads of all rooms may take.
const maxUploads = 1 << 30

// forgetful is how long a room remembers with HISTORY=off: as long as it may
// take somebody to reconnect.
const forgetful = time.Minute

// memory is what rooms remember: what was said, and the pictures.
type memory struct {
	log   *history.Disk
	files *files.Folder
}

// openMemory opens what is in the data folder.
func openMemory(c Config, log *slog.Logger) (memory, error) {
	folder, err := files.OpenFolder(filepath.Join(c.DataDir, "uploads"), maxUploads, chat.MaxUpload)
	if err != nil {
		return memory{}, err
	}
	o := history.Options{Retention: c.retention(), Dropped: folder.Remove, Log: log}
	m := memory{log: history.OpenMemory(o), files: folder}
	m.files.KeepAll(m.log.Files())
	return m, nil
}

// retention is how much the log keeps.
func (c Config) retention() history.Retention {
	r := history.Retention{
		Messages: int(c.HistoryMessages),
		Age:      time.Duration(c.HistoryAge),
		Bytes:    int64(c.HistorySize),
	}
	if !c.History {
		r.Age = forgetful
	}
	return r
}

// close stores what waits.
func (m memory) close(ctx context.Context) error {
	if err := m.log.Close(ctx); err != nil {
		return fmt.Errorf("closing the history: %w", err)
	}
	return nil
}
