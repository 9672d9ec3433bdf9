package cmd

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"chat/cmd/logs"
	"chat/cmd/private"
)

// The values of LOG_FILE that are no path.
const (
	logToStdout = "-"
	logNowhere  = "off"
)

// logFolder is where the log is unless LOG_FILE says otherwise.
const logFolder = "log"

// logPath is the file of the log; empty for none.
func (c Config) logPath() string {
	switch c.LogFile {
	case logToStdout, logNowhere:
		return ""
	case "":
		return filepath.Join(c.DataDir, logFolder, "chat.log")
	}
	return c.LogFile
}

// openLog begins the log of a server: JSON lines in a file and lines for people
// on standard error, or JSON lines on standard output and nothing else; and
// alerts, if they are set up.
func openLog(c Config, p Program) (l *logs.Log, end func(), err error) {
	key, err := logKey(c.DataDir)
	if err != nil {
		return nil, nil, err
	}
	if err := c.tryLogFile(); err != nil {
		return nil, nil, err
	}
	o := logs.Options{
		Least: c.level(), File: c.logPath(), Trouble: p.Stderr, Colour: p.coloured(p.Stderr), Key: key, Secrets: c.secrets(),
	}
	if c.LogFile == logToStdout {
		o.JSON = p.Stdout
	} else {
		o.Text = p.Stderr
	}
	alerts, err := openAlerts(c, func() *slog.Logger { return l.Logger })
	if err != nil {
		return nil, nil, err
	}
	if alerts != nil {
		o.More = alerts.Handler()
	}
	l = logs.Open(o)
	return l, func() {
		if alerts != nil {
			alerts.Close()
		}
		l.Close()
	}, nil
}

// tryLogFile refuses a LOG_FILE that cannot be written to while somebody looks. A
// running server goes on without its log, and so it does at the start without
// the one in its own folder.
func (c Config) tryLogFile() error {
	path := c.logPath()
	if path != c.LogFile || path == "" {
		return nil
	}
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return failf("make it writable, or choose another with --log-file", "LOG_FILE cannot be written to: %w", err)
	}
	return nil
}

// commandLog is the log of a command beside the server, which owns the file.
func commandLog(c Config, p Program) *logs.Log {
	return logs.Open(logs.Options{Least: c.level(), Text: p.Stderr, Colour: p.coloured(p.Stderr), Secrets: c.secrets()})
}

// told is where the operator is told things. It is standard output unless that
// is for tools to read.
func (c Config) told(p Program) io.Writer {
	if c.LogFile == logToStdout {
		return p.Stderr
	}
	return p.Stdout
}

// logKeyName is the file of the log's key.
const logKeyName = "log.key"

// logKey is the key of the log's hashes. It is kept, so that a room has one name
// in all logs of a data folder.
func logKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, logKeyName)
	key, err := os.ReadFile(path)
	if err == nil && len(key) > 0 {
		return key, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the key of the log: %w", err)
	}
	key = []byte(rand.Text() + rand.Text() + "\n")
	if err := private.WriteFile(path, key); err != nil {
		return nil, unusable(dir, err)
	}
	return key, nil
}

// secrets are the texts of the configuration that no log may show.
func (c Config) secrets() []string {
	list := []string{string(c.TelegramToken), string(c.TOTPSecret), string(c.BackupPassphrase)}
	for _, address := range []secret{c.Storage, c.TelegramProxy} {
		if address == embeddedStorage {
			continue
		}
		list = append(list, string(address))
		if u, err := url.Parse(string(address)); err == nil && u.User != nil {
			password, _ := u.User.Password()
			list = append(list, password, u.User.String())
		}
	}
	return list
}
