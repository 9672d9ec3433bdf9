package cmd

import "strings"

// variable is one setting as the operator meets it. Its name is that of the
// environment variable; the flag has the same name in its own spelling
// (SERVER_URL, --server-url).
type variable struct {
	Name    string
	Kind    string   // what the help calls the flag's value; empty for a switch
	Default string   // as one would type it; empty for none
	Usage   string   // what it does, without a final period
	Allowed string   // completes "must be ..."
	Choices []string // what a shell offers as the value
	Secret  bool     // never a flag, never printed
	Enrol   bool     // also a flag of the commands that set up the secret
}

// levelNames are the levels of a log, the noisiest one first.
var levelNames = []string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}

// variables is the one list of settings. The flags, the help, the errors and
// .env.example are made from it, and [Config] has a field for each.
var variables = []variable{
	{
		Name: "SERVER_URL", Kind: "url",
		Usage:   "address that people open; links and QR codes show it (default: where it listens)",
		Allowed: "http:// or https://, a host and perhaps a port, nothing after it",
	},
	{
		Name: "HOST", Kind: "address", Default: "127.0.0.1",
		Usage:   "address to listen on",
		Allowed: "an IP address of this machine, or localhost",
		Choices: []string{"127.0.0.1", "::1", "0.0.0.0", "localhost"},
	},
	{
		Name: "PORT", Kind: "number", Default: "5000",
		Usage:   "port to listen on; 0 takes a free one",
		Allowed: "a whole number from 0 to 65535",
	},
	{
		Name:    "LAN",
		Usage:   "listen on all networks of this machine; over plain http unless TLS is set",
		Allowed: "true or false",
	},
	{
		Name: "TLS", Kind: "kind", Default: "off",
		Usage:   "serve https without a proxy: off, self-signed, files, or acme, which accepts Let's Encrypt's terms",
		Allowed: "off, self-signed, files or acme",
		Choices: []string{"off", "self-signed", "files", "acme"},
	},
	{
		Name: "TLS_CERT", Kind: "file",
		Usage:   "PEM file of the certificate and those after it, for TLS=files; read again when it changes",
		Allowed: "the path of a file",
	},
	{
		Name: "TLS_KEY", Kind: "file",
		Usage:   "PEM file of the certificate's key, for TLS=files",
		Allowed: "the path of a file",
	},
	{
		Name: "DATA_DIR", Kind: "folder",
		Usage:   "folder that keeps the secret, messages, uploads and certificates (default: your user's data folder)",
		Allowed: "the path of a folder",
		Enrol:   true,
	},
	{
		Name: "STORAGE_LIMITER", Kind: "url", Default: "memory://", Secret: true,
		Usage:   "Redis that keeps sessions, login limits, messages and uploads; memory:// keeps them in DATA_DIR",
		Allowed: "memory://, redis://, rediss:// or unix:// and an address that Redis listens on; a cluster is redis://one:6379?addr=two:6379",
	},
	{
		Name: "HISTORY", Kind: "on|off", Default: "on",
		Usage:   "keep what is said for those who come later; off keeps a minute, for those who lose their connection",
		Allowed: "on or off",
		Choices: []string{"on", "off"},
	},
	{
		Name: "HISTORY_MESSAGES", Kind: "number", Default: "1000",
		Usage:   "messages that a room keeps; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "HISTORY_AGE", Kind: "time", Default: "7d",
		Usage:   "how long a message is kept, such as 12h or 30d; 0 is no limit",
		Allowed: "a time such as 90m, 12h or 30d, or 0",
	},
	{
		Name: "HISTORY_SIZE", Kind: "size", Default: "256MB",
		Usage:   "disk, or memory of a shared Redis, that the messages of all rooms may take, without uploads; 0 is no limit",
		Allowed: "a size such as 500KB, 64MB or 2GB, or 0",
	},
	{
		Name: "LIMIT_CONNECTIONS", Kind: "number", Default: "50",
		Usage:   "connections of one address that are served before they show a session; others wait; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_SOCKETS", Kind: "number", Default: "200",
		Usage:   "sockets that one session may have open; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_HEADER", Kind: "size", Default: "16KB",
		Usage:   "header of a request; 0 is no limit",
		Allowed: "a size from 8KB to 1MB, or 0",
	},
	{
		Name: "LIMIT_HEADER_WAIT", Kind: "time", Default: "5s",
		Usage:   "how long the header of a request, or a TLS handshake, may take; 0 is no limit",
		Allowed: "a time from 1s to 5m, or 0",
	},
	{
		Name: "LIMIT_IDLE", Kind: "time", Default: "60s",
		Usage:   "how long a connection may wait for its next request; 0 is no limit",
		Allowed: "a time from 1s to 1h, or 0",
	},
	{
		Name: "LIMIT_ROOMS", Kind: "number", Default: "20",
		Usage:   "rooms that one socket may be in; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_MESSAGES", Kind: "number", Default: "10",
		Usage:   "messages that one session may send in a second, and three times as many at once; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_TYPING", Kind: "number", Default: "2",
		Usage:   "typing events that one session may send in a second, and twice as many at once; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_TEXT", Kind: "size", Default: "16KB",
		Usage:   "text of one message, but for pictures in it; 0 is no limit but LIMIT_PACKET",
		Allowed: "a size such as 500, 16KB or 1MB, or 0",
	},
	{
		Name: "LIMIT_PACKET", Kind: "size", Default: "1MB",
		Usage:   "what a client may send in one piece over a socket; 0 is as much as a log takes, 4MB",
		Allowed: "a size from 64KB to 4MB, or 0",
	},
	{
		Name: "LIMIT_QUEUE", Kind: "size", Default: "4MB",
		Usage:   "what may wait for one slow client before it is disconnected; 0 is no limit",
		Allowed: "a size from 1MB to 1GB, and at least four times LIMIT_PACKET, or 0",
	},
	{
		Name: "LIMIT_WAIT", Kind: "time", Default: "10s",
		Usage:   "how long one message may take to come from a client, or to go to it, before it is disconnected; 0 is no limit",
		Allowed: "a time from 1s to 5m, or 0",
	},
	{
		Name: "LIMIT_CONNECT", Kind: "time", Default: "10s",
		Usage:   "how long a socket may be open before it connects to a namespace; 0 is no limit",
		Allowed: "a time from 1s to 5m, or 0",
	},
	{
		Name: "LIMIT_ATTACHMENTS", Kind: "number", Default: "10",
		Usage:   "binary attachments of one packet; 0 is as many as the protocol's parser takes, 9999",
		Allowed: "a whole number from 0 to 9999",
	},
	{
		Name: "LIMIT_UPLOAD", Kind: "size", Default: "8MB",
		Usage:   "size of one upload; 0 is as much as LIMIT_DISK allows, 1GB at most",
		Allowed: "a size from 1MB to 1GB, and no more than LIMIT_DISK, or 0",
	},
	{
		Name: "LIMIT_UPLOADS", Kind: "number", Default: "60",
		Usage:   "uploads that one session may make in an hour; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_PIXELS", Kind: "number", Default: "24",
		Usage:   "megapixels of a picture that the page shows or sends; 0 is no limit",
		Allowed: "a whole number from 0 to 1000000",
	},
	{
		Name: "LIMIT_DISK", Kind: "size", Default: "1GB",
		Usage:   "disk, or memory of a shared Redis, that the uploads of all rooms may take; 0 is no limit",
		Allowed: "a size such as 64MB or 20GB, or 0",
	},
	{
		Name: "TOTP_SECRET", Kind: "base32", Secret: true,
		Usage:   "authenticator secret, instead of the one that setup-totp keeps in DATA_DIR; the first login then takes two codes in a row",
		Allowed: "base32 of at least 16 bytes (26 letters and digits)",
	},
	{
		Name: "TOTP_USER", Kind: "name", Default: "owner",
		Usage:   "account name that the authenticator app shows",
		Allowed: "1 to 64 printable characters and no colon",
		Enrol:   true,
	},
	{
		Name: "TOTP_ISSUER_NAME", Kind: "name", Default: "chat",
		Usage:   "service name that the authenticator app shows",
		Allowed: "1 to 64 printable characters and no colon",
		Enrol:   true,
	},
	{
		Name: "TRUSTED_PROXIES", Kind: "addresses",
		Usage:   "proxies whose X-Forwarded-For is believed, separated by commas",
		Allowed: "IP addresses or prefixes such as 10.0.0.0/8, separated by commas",
	},
	{
		Name: "ALLOWED_ORIGINS", Kind: "urls",
		Usage:   "further addresses that this server is opened under, separated by commas",
		Allowed: "addresses such as https://chat.example.org, separated by commas",
	},
	{
		Name: "LOG_LEVEL", Kind: "level", Default: "INFO",
		Usage:   "least level to log",
		Allowed: oneOf(levelNames),
		Choices: levelNames,
	},
	{
		Name: "LOG_FILE", Kind: "file",
		Usage:   "file for the log, as JSON; - is standard output, for containers, and off is none (default: log/chat.log in the data folder)",
		Allowed: "the path of a file, - or off",
		Choices: []string{"-", "off"},
	},
	{
		Name:    "DEBUG",
		Usage:   "log everything; the same as LOG_LEVEL=DEBUG",
		Allowed: "true or false",
	},
	{
		Name: "TELEGRAM_BOT_TOKEN", Kind: "token", Secret: true,
		Usage:   "bot that sends alerts; needs TELEGRAM_CHAT_ID",
		Allowed: "the token that @BotFather gave, digits, a colon and at least 30 characters",
	},
	{
		Name: "TELEGRAM_CHAT_ID", Kind: "chat",
		Usage:   "Telegram chat that gets the alerts; needs TELEGRAM_BOT_TOKEN",
		Allowed: "a number, or @ and the name of a channel",
	},
	{
		Name: "TELEGRAM_LOG_LEVEL", Kind: "level", Default: "WARNING",
		Usage:   "least level to send to Telegram; start and stop are sent as a WARNING",
		Allowed: oneOf(levelNames),
		Choices: levelNames,
	},
	{
		Name: "TELEGRAM_API_BASE", Kind: "url",
		Usage:   "another bot API than api.telegram.org, which then learns the token",
		Allowed: "http:// or https://, a host and perhaps a port, nothing after it",
	},
	{
		Name: "TELEGRAM_PROXY", Kind: "url", Secret: true,
		Usage:   "proxy that leads to Telegram (default: HTTPS_PROXY)",
		Allowed: "http://, https:// or socks5:// and an address, perhaps with name and password",
	},
	{
		Name: "CHAT_BACKUP_PASSPHRASE", Kind: "text", Secret: true,
		Usage:   "passphrase of backup and restore, which ask for it otherwise",
		Allowed: "any text; 8 characters at least for a new backup",
	},
	{
		Name: "METRICS_ADDR", Kind: "address",
		Usage:   "address and port for Prometheus metrics at /metrics, where nobody logs in (default: off)",
		Allowed: "an IP address of this machine or localhost, a colon and a port, such as 127.0.0.1:9464",
	},
	{
		Name: "UI_DIR", Kind: "folder",
		Usage:   "folder to read the pages from instead of the built-in ones, for development",
		Allowed: "a folder that holds pages, static and words",
	},
}

// flag is the name of the variable's flag, without dashes.
func (v variable) flag() string {
	return strings.ReplaceAll(strings.ToLower(v.Name), "_", "-")
}

// lookup finds the variable of that name; the name must be one of ours.
func lookup(name string) variable {
	for _, v := range variables {
		if v.Name == name {
			return v
		}
	}
	panic("cmd: no variable " + name)
}

// secretNames lists the variables that have no flag.
func secretNames() (names []string) {
	for _, v := range variables {
		if v.Secret {
			names = append(names, v.Name)
		}
	}
	return names
}
