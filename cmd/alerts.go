package cmd

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	"chat/cmd/telegram"
)

// openAlerts begins to send alerts, if they are set up; else it returns nil. That
// they do not get through goes to the log.
func openAlerts(c Config, log func() *slog.Logger) (*telegram.Alerts, error) {
	if c.TelegramToken == "" {
		return nil, nil
	}
	o := c.alerts()
	o.Failing = func(err error) {
		if err != nil {
			log().Warn(telegram.Silent, "error", err)
		} else {
			log().Warn(telegram.Again)
		}
	}
	alerts, err := telegram.New(o)
	if err != nil {
		return nil, fmt.Errorf("setting up alerts: %w", err)
	}
	return alerts, nil
}

// alerts is where they go.
func (c Config) alerts() telegram.Options {
	name := "on this machine"
	if host, err := os.Hostname(); err == nil {
		name = "on " + host
	}
	o := telegram.Options{
		Token: string(c.TelegramToken), Chat: string(c.TelegramChat), Least: slog.Level(c.TelegramLogLevel),
		Name: cmp.Or(string(c.ServerURL), name), APIBase: string(c.TelegramAPI),
	}
	if c.TelegramProxy != "" {
		o.Proxy, _ = url.Parse(string(c.TelegramProxy)) // It was checked with the configuration.
	}
	return o
}
