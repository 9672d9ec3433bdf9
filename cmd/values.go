package cmd

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"chat/cmd/logs"

	"github.com/redis/go-redis/v9"
)

// The types of the settings. Each accepts what its variable allows; the text
// of the refusal is made from the table of variables, so theirs is one for all.
var errNotAllowed = errors.New("not allowed")

// secret is a text that no log and no error may show.
type secret string

func (secret) String() string       { return "(secret)" }
func (secret) GoString() string     { return "(secret)" }
func (secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// toggle is yes or no, in the spellings that people put into .env files.
type toggle bool

func (t *toggle) UnmarshalText(text []byte) error {
	switch strings.ToLower(string(text)) {
	case "1", "t", "true", "yes", "y", "on":
		*t = true
	case "0", "f", "false", "no", "n", "off":
		*t = false
	default:
		return errNotAllowed
	}
	return nil
}

// level is a log level by its Go or Python name.
type level slog.Level

func (l *level) UnmarshalText(text []byte) error {
	named := map[string]slog.Level{
		"DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo,
		"WARN": slog.LevelWarn, "WARNING": slog.LevelWarn,
		"ERROR": slog.LevelError, "CRITICAL": logs.LevelCritical, "FATAL": logs.LevelCritical,
	}
	got, ok := named[strings.ToUpper(string(text))]
	if !ok {
		return errNotAllowed
	}
	*l = level(got)
	return nil
}

// host is an IP address to listen on, or "localhost".
type host string

func (h *host) UnmarshalText(text []byte) error {
	name := strings.Trim(string(text), "[]")
	if _, err := netip.ParseAddr(name); err != nil && name != "localhost" {
		return errNotAllowed
	}
	*h = host(name)
	return nil
}

func (h host) loopback() bool { return isLoopback(string(h)) }

// endpoint is a host and a port to listen on.
type endpoint string

func (e *endpoint) UnmarshalText(text []byte) error {
	name, port, err := net.SplitHostPort(string(text))
	if err != nil {
		return errNotAllowed
	}
	var h host
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || h.UnmarshalText([]byte(name)) != nil {
		return errNotAllowed
	}
	*e = endpoint(text)
	return nil
}

// loopback reports whether only this machine reaches it.
func (e endpoint) loopback() bool {
	name, _, _ := net.SplitHostPort(string(e)) // It was checked when it was read.
	return isLoopback(name)
}

// webURL is scheme and host of a site, "https://chat.example.org:8443": lower
// case, without the scheme's own port and without a final slash.
type webURL string

func (u *webURL) UnmarshalText(text []byte) error {
	got, err := url.Parse(strings.ToLower(string(text)))
	switch {
	case err != nil, got.Hostname() == "", got.User != nil,
		got.Scheme != "http" && got.Scheme != "https",
		got.Path != "" && got.Path != "/",
		got.RawQuery != "", got.ForceQuery, got.Fragment != "",
		isUnspecified(got.Hostname()):
		return errNotAllowed
	}
	if got.Scheme == "http" && got.Port() == "80" || got.Scheme == "https" && got.Port() == "443" {
		got.Host = strings.TrimSuffix(got.Host, ":"+got.Port())
	}
	*u = webURL(got.Scheme + "://" + strings.TrimSuffix(got.Host, ":"))
	return nil
}

func (u webURL) secure() bool { return strings.HasPrefix(string(u), "https://") }

func (u webURL) loopback() bool { return isLoopback(u.hostname()) }

// hostname is the host without port and brackets; empty if there is no address.
func (u webURL) hostname() string {
	got, err := url.Parse(string(u))
	if err != nil {
		return ""
	}
	return got.Hostname()
}

// tlsKind says where the certificate comes from when we serve https ourselves.
type tlsKind string

const (
	tlsOff        tlsKind = "off"
	tlsSelfSigned tlsKind = "self-signed"
	tlsFiles      tlsKind = "files"
	tlsACME       tlsKind = "acme"
)

func (k *tlsKind) UnmarshalText(text []byte) error {
	switch got := tlsKind(strings.ToLower(string(text))); got {
	case tlsOff, tlsSelfSigned, tlsFiles, tlsACME:
		*k = got
		return nil
	}
	return errNotAllowed
}

// on reports whether we serve https ourselves. The zero value is off.
func (k tlsKind) on() bool { return k != "" && k != tlsOff }

// origins is a list of sites.
type origins []string

func (o *origins) UnmarshalText(text []byte) error {
	for part := range strings.SplitSeq(string(text), ",") {
		var u webURL
		if err := u.UnmarshalText([]byte(strings.TrimSpace(part))); err != nil {
			return err
		}
		*o = append(*o, string(u))
	}
	return nil
}

// prefixes is a list of networks; a plain address is a network of one.
type prefixes []netip.Prefix

func (p *prefixes) UnmarshalText(text []byte) error {
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, err := netip.ParseAddr(part)
			if err != nil {
				return errNotAllowed
			}
			addr = addr.Unmap().WithZone("")
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		*p = append(*p, prefix.Masked())
	}
	return nil
}

// label is a name in the authenticator app. A colon would end it there.
type label string

func (l *label) UnmarshalText(text []byte) error {
	unfit := func(r rune) bool { return r == ':' || !unicode.IsPrint(r) }
	if !utf8.Valid(text) || utf8.RuneCount(text) > 64 || strings.ContainsFunc(string(text), unfit) {
		return errNotAllowed
	}
	*l = label(text)
	return nil
}

// telegramChat is a chat's number or a channel's @name.
type telegramChat string

var (
	telegramChatID = regexp.MustCompile(`^(-?[0-9]{1,20}|@[A-Za-z0-9_]{4,64})$`)
	telegramToken  = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{30,100}$`)
)

func (t *telegramChat) UnmarshalText(text []byte) error {
	if !telegramChatID.Match(text) {
		return errNotAllowed
	}
	*t = telegramChat(text)
	return nil
}

// proxyURL reports whether text is a TELEGRAM_PROXY that we can use.
func proxyURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// embeddedStorage is the STORAGE_LIMITER that means the Redis built in.
const embeddedStorage = "memory://"

// storageURL reports whether text is a STORAGE_LIMITER that we can use.
func storageURL(text string) bool {
	if text == embeddedStorage {
		return true
	}
	if isCluster(text) {
		_, err := redis.ParseClusterURL(text)
		return err == nil
	}
	_, err := redis.ParseURL(text)
	return err == nil
}

// isLoopback reports whether name reaches this machine only.
func isLoopback(name string) bool {
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// privateSuffixes end names that the internet does not know: those set aside by
// RFC 6761, 6762, 7686, 8375 and 9476 and by ICANN, and what routers call their
// own network.
var privateSuffixes = []string{
	"localhost", "local", "internal", "home.arpa", "test", "example", "invalid", "onion", "alt",
	"lan", "home", "corp", "intranet", "private", "localdomain",
}

// publicName reports whether a public authority may certify name. Whether the
// name exists is for the authority to find out.
func publicName(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if net.ParseIP(name) != nil || !strings.Contains(name, ".") {
		return false
	}
	return !slices.ContainsFunc(privateSuffixes, func(suffix string) bool {
		return strings.HasSuffix(name, "."+suffix)
	})
}

// isUnspecified reports whether name is 0.0.0.0 or ::, which one can listen on
// but not open.
func isUnspecified(name string) bool {
	ip := net.ParseIP(name)
	return ip != nil && ip.IsUnspecified()
}
