package cmd

import (
	"context"
	"os"

	"chat/cmd/telegram"
)

// logFile tells whether the log can be kept. It makes no file.
func (d doctor) logFile(context.Context) finding {
	path := d.config.logPath()
	switch d.config.LogFile {
	case logToStdout:
		return fine("JSON on standard output, kept by whoever reads that")
	case logNowhere:
		return fine("on standard error, kept by whoever reads that")
	}
	info, err := os.Stat(path)
	if err != nil {
		return d.logFolder(path)
	}
	if !info.Mode().IsRegular() {
		return broken("choose another with --log-file", "the log cannot be kept in %s, which is not a file", path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return broken(otherLog, "the log cannot be written: %s", err)
	}
	_ = f.Close() // Nothing was written.
	return fine("%s, at most 6 MiB with those before it", path)
}

// otherLog is what to do about a log that cannot be written.
const otherLog = "make it writable, or choose another with --log-file"

// logFolder looks whether a log that is not there yet can be made.
func (d doctor) logFolder(path string) finding {
	dir := nearest(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return broken("choose another with --log-file", "the log cannot be kept in %s, since %s is not a folder", path, dir)
	}
	if err := tryDisk(dir); err != nil {
		return broken(otherLog, "the log cannot be kept in %s, since nothing can be written in %s", path, dir)
	}
	return fine("%s is not there yet; the first start makes it", path)
}

// telegram tells whether alerts are set up, and sends one if asked. Half a
// set-up was refused with the configuration.
func (d doctor) telegram(ctx context.Context) finding {
	switch {
	case d.config.TelegramToken == "" && d.alert:
		return broken("set TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID", "alerts are off, so no test message was sent")
	case d.config.TelegramToken == "":
		return fine("off")
	case !d.alert:
		return fine("set up; `chat doctor --telegram` sends a test message")
	}
	if err := telegram.Send(ctx, d.config.alerts(), "This is a test message of chat doctor. Alerts will come here."); err != nil {
		return broken("check TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID, and whether a TELEGRAM_PROXY is needed", "the test message was not sent: %s", err)
	}
	return fine("a test message was sent to %s", d.config.TelegramChat)
}
