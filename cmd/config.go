package cmd

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"

	"github.com/caarlos0/env/v11"
)

// Config is the whole configuration, checked. It is a value: read once by
// readConfig, then passed down.
type Config struct {
	ServerURL webURL `env:"SERVER_URL"`
	Host      host   `env:"HOST"`
	Port      uint16 `env:"PORT"`
	LAN       toggle `env:"LAN"`

	TLS     tlsKind `env:"TLS"`
	TLSCert string  `env:"TLS_CERT"`
	TLSKey  string  `env:"TLS_KEY"`

	DataDir string `env:"DATA_DIR"`
	Storage secret `env:"STORAGE_LIMITER"`
	UIDir   string `env:"UI_DIR"`

	History         toggle `env:"HISTORY"`
	HistoryMessages count  `env:"HISTORY_MESSAGES"`
	HistoryAge      age    `env:"HISTORY_AGE"`
	HistorySize     size   `env:"HISTORY_SIZE"`

	TOTPSecret secret `env:"TOTP_SECRET"`
	TOTPUser   label  `env:"TOTP_USER"`
	TOTPIssuer label  `env:"TOTP_ISSUER_NAME"`

	Proxies prefixes `env:"TRUSTED_PROXIES"`
	Origins origins  `env:"ALLOWED_ORIGINS"`

	LogLevel level  `env:"LOG_LEVEL"`
	LogFile  string `env:"LOG_FILE"`
	Debug    toggle `env:"DEBUG"`

	LimitConnections count `env:"LIMIT_CONNECTIONS"`
	LimitSockets     count `env:"LIMIT_SOCKETS"`
	LimitHeader      size  `env:"LIMIT_HEADER"`
	LimitHeaderWait  age   `env:"LIMIT_HEADER_WAIT"`
	LimitIdle        age   `env:"LIMIT_IDLE"`
	LimitRooms       count `env:"LIMIT_ROOMS"`
	LimitMessages    count `env:"LIMIT_MESSAGES"`
	LimitTyping      count `env:"LIMIT_TYPING"`
	LimitText        size  `env:"LIMIT_TEXT"`
	LimitPacket      size  `env:"LIMIT_PACKET"`
	LimitQueue       size  `env:"LIMIT_QUEUE"`
	LimitWait        age   `env:"LIMIT_WAIT"`
	LimitConnect     age   `env:"LIMIT_CONNECT"`
	LimitAttachments count `env:"LIMIT_ATTACHMENTS"`
	LimitUpload      size  `env:"LIMIT_UPLOAD"`
	LimitUploads     count `env:"LIMIT_UPLOADS"`
	LimitPixels      count `env:"LIMIT_PIXELS"`
	LimitDisk        size  `env:"LIMIT_DISK"`

	Metrics endpoint `env:"METRICS_ADDR"`

	BackupPassphrase secret `env:"CHAT_BACKUP_PASSPHRASE"`

	TelegramToken    secret       `env:"TELEGRAM_BOT_TOKEN"`
	TelegramChat     telegramChat `env:"TELEGRAM_CHAT_ID"`
	TelegramLogLevel level        `env:"TELEGRAM_LOG_LEVEL"`
	TelegramAPI      webURL       `env:"TELEGRAM_API_BASE"`
	TelegramProxy    secret       `env:"TELEGRAM_PROXY"`
}

// newConfig turns the settings into a Config, or says which one is wrong.
func newConfig(s settings) (Config, error) {
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Environment: s.environment()}); err != nil {
		return Config{}, badField(s, err)
	}
	if err := c.checkSecrets(s); err != nil {
		return Config{}, err
	}
	if err := c.checkLimits(s); err != nil {
		return Config{}, err
	}
	if err := c.checkTelegram(); err != nil {
		return Config{}, err
	}
	if err := c.checkTLS(); err != nil {
		return Config{}, err
	}
	if err := c.checkExposure(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// badField names the variable behind the first field that did not parse. The
// library knows only the name of the field.
func badField(s settings, err error) error {
	var bad env.ParseError
	if !errors.As(err, &bad) {
		return fmt.Errorf("reading configuration: %w", err)
	}
	field, _ := reflect.TypeFor[Config]().FieldByName(bad.Name)
	return s.wrong(field.Tag.Get("env"))
}

// checkSecrets checks those whose value must not be shown.
func (c Config) checkSecrets(s settings) error {
	if !storageURL(string(c.Storage)) {
		return s.wrong("STORAGE_LIMITER")
	}
	if c.TelegramToken != "" && !telegramToken.MatchString(string(c.TelegramToken)) {
		return s.wrong("TELEGRAM_BOT_TOKEN")
	}
	if c.TelegramProxy != "" && !proxyURL(string(c.TelegramProxy)) {
		return s.wrong("TELEGRAM_PROXY")
	}
	if c.TOTPSecret != "" {
		if _, err := c.fixedSecret(); err != nil {
			return s.wrong("TOTP_SECRET")
		}
	}
	return nil
}

// checkTelegram refuses half a set-up, which would send nothing and say nothing.
func (c Config) checkTelegram() error {
	switch {
	case c.TelegramToken != "" && c.TelegramChat == "":
		return usagef("set both or neither", "TELEGRAM_BOT_TOKEN is set but TELEGRAM_CHAT_ID is not")
	case c.TelegramToken == "" && c.TelegramChat != "":
		return usagef("set both or neither", "TELEGRAM_CHAT_ID is set but TELEGRAM_BOT_TOKEN is not")
	}
	return nil
}

// checkTLS refuses what cannot become https: half a pair of files, a name that
// no authority certifies, and links that begin with http.
func (c Config) checkTLS() error {
	files := c.TLSCert != "" || c.TLSKey != ""
	switch {
	case c.TLS == tlsFiles && (c.TLSCert == "" || c.TLSKey == ""):
		return usagef("set both to PEM files", "TLS is files but TLS_CERT or TLS_KEY is not set")
	case c.TLS != tlsFiles && files:
		return usagef("add --tls files", "TLS_CERT and TLS_KEY are of no use while TLS is %s", c.TLS)
	case c.TLS.on() && c.ServerURL != "" && !c.ServerURL.secure():
		return usagef("begin it with https://, or leave it out", "SERVER_URL is %q but TLS is %s, which serves https only", c.ServerURL, c.TLS)
	case c.TLS == tlsACME && c.ServerURL == "":
		return usagef("set SERVER_URL to an https address that the internet knows", "TLS is acme but SERVER_URL is not set")
	case c.TLS == tlsACME && !publicName(c.ServerURL.hostname()):
		return usagef("use --tls self-signed there", "TLS is acme but no authority certifies %q, which is no public name", c.ServerURL.hostname())
	}
	return nil
}

// checkExposure refuses to serve a login over plain http beyond this machine
// unless the operator asked for it: a code and a cookie could be read along.
func (c Config) checkExposure() error {
	if bool(c.LAN) || c.TLS.on() || c.ServerURL.secure() {
		return nil
	}
	if !c.Host.loopback() {
		return usagef("add --lan to serve your own network, --tls self-signed to serve https, or set SERVER_URL to the https address of your proxy",
			"HOST is %q, which other machines would reach over plain http", c.Host)
	}
	if c.ServerURL != "" && !c.ServerURL.loopback() {
		return usagef("use https (see --tls), or add --lan on a network that you trust",
			"SERVER_URL is %q, where a login could be read along", c.ServerURL)
	}
	return nil
}

// level is the least level to log; DEBUG wins.
func (c Config) level() slog.Level {
	if c.Debug {
		return slog.LevelDebug
	}
	return slog.Level(c.LogLevel)
}

// trusted are the proxies in the form that package auth takes.
func (c Config) trusted() []netip.Prefix { return []netip.Prefix(c.Proxies) }
