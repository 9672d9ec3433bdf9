package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/joho/godotenv"
	"github.com/spf13/pflag"
)

// setting is the text of one variable and where it comes from.
type setting struct {
	text   string
	source string // "--port", "environment", ".env" or "default"
}

// settings holds one setting for each of [variables].
type settings map[string]setting

// readConfig reads the configuration: the flags that were given, else environ,
// else the file .env in dir, else the default. In a stronger place an empty
// value counts: PORT= in the environment hides the PORT of .env and means the
// default.
func readConfig(flags *pflag.FlagSet, environ []string, dir string) (Config, error) {
	c, _, err := readSettings(flags, environ, dir)
	return c, err
}

// readSettings is readConfig that tells where each setting comes from as well.
func readSettings(flags *pflag.FlagSet, environ []string, dir string) (Config, settings, error) {
	file, err := readDotenv(filepath.Join(dir, ".env"))
	if err != nil {
		return Config{}, nil, err
	}
	outer := environment(environ)
	s := make(settings, len(variables))
	for _, v := range variables {
		s[v.Name] = v.choose(flags, outer, file)
	}
	if s["DATA_DIR"].text == "" {
		folder, err := userDataDir(runtime.GOOS, outer)
		if err != nil {
			return Config{}, nil, err
		}
		s["DATA_DIR"] = setting{folder, "default"}
	}
	c, err := newConfig(s)
	if err != nil {
		return Config{}, nil, err
	}
	// Absolute, so that what we print of it holds in any terminal.
	if c.DataDir, err = filepath.Abs(c.DataDir); err != nil {
		return Config{}, nil, fmt.Errorf("finding the data folder: %w", err)
	}
	if c.logPath() == c.LogFile && c.LogFile != "" {
		if c.LogFile, err = filepath.Abs(c.LogFile); err != nil {
			return Config{}, nil, fmt.Errorf("finding the log: %w", err)
		}
	}
	return c, s, nil
}

// choose takes the variable's text from the strongest place that has it.
func (v variable) choose(flags *pflag.FlagSet, outer, file map[string]string) setting {
	s := setting{v.Default, "default"}
	if text, ok := file[v.Name]; ok {
		s = setting{text, ".env"}
	}
	if text, ok := outer[v.Name]; ok {
		s = setting{text, "environment"}
	}
	if f := flags.Lookup(v.flag()); !v.Secret && f != nil && f.Changed {
		s = setting{f.Value.String(), "--" + v.flag()}
	}
	if s.text = strings.TrimSpace(s.text); s.text == "" {
		s = setting{v.Default, "default"}
	}
	return s
}

// environment is the plain map that the env library reads.
func (s settings) environment() map[string]string {
	m := make(map[string]string, len(s))
	for name, v := range s {
		m[name] = v.text
	}
	return m
}

// wrong says that a variable's value is not allowed, what is, and where the
// value came from. The value of a secret stays out of it.
func (s settings) wrong(name string) error {
	v, got := lookup(name), s[name]
	if v.Secret {
		return usagef("", "%s (%s) must be %s", name, got.source, v.Allowed)
	}
	text := got.text
	if len(text) > 80 {
		text = text[:80] + "..."
	}
	return usagef("", "%s is %q (%s) but must be %s", name, text, got.source, v.Allowed)
}

// readDotenv reads a .env file; that there is none is fine. The library's
// error quotes the file, which may hold secrets, so it goes no further.
func readDotenv(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, usagef("make it readable or move it away", "reading .env: %w", err)
	}
	m, err := godotenv.UnmarshalBytes(text)
	if err != nil {
		return nil, usagef("each line must be NAME=value or a # comment", "%s cannot be understood", path)
	}
	if name := expanded(string(text)); name != "" {
		return nil, usagef("put it in single quotes: "+name+"='...'", "%s has a $ in the value of %s, where it would not stand for itself", path, name)
	}
	return m, nil
}

// expanded names a variable of ours whose value in a .env file has a $ outside of
// single quotes. The library takes it, and what follows, for another variable,
// and systemd, which reads such files as well, does not: a password that has one
// would be another than the operator wrote.
func expanded(text string) (name string) {
	// Outside of single quotes the library makes \$ a plain $, inside it does not.
	const mark = "\x00"
	m, err := godotenv.Unmarshal(strings.ReplaceAll(text, "$", mark+`\$`))
	if err != nil {
		return ""
	}
	for _, v := range variables {
		if strings.Contains(m[v.Name], mark+"$") {
			return v.Name
		}
	}
	return ""
}

// environment turns the list of os.Environ into a map.
func environment(list []string) map[string]string {
	m := make(map[string]string, len(list))
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok {
			m[name] = value
		}
	}
	return m
}

// userDataDir is where programs of that operating system keep a user's data.
func userDataDir(goos string, environ map[string]string) (string, error) {
	var base, needs string
	switch goos {
	case "windows":
		base, needs = environ["LocalAppData"], "LocalAppData"
		if base == "" {
			base = environ["LOCALAPPDATA"]
		}
	case "darwin":
		needs = "HOME"
		if home := environ["HOME"]; home != "" {
			base = filepath.Join(home, "Library", "Application Support")
		}
	default:
		needs = "HOME"
		// The XDG specification says that a relative path is to be ignored.
		if xdg := environ["XDG_DATA_HOME"]; filepath.IsAbs(xdg) {
			base = xdg
		} else if home := environ["HOME"]; home != "" {
			base = filepath.Join(home, ".local", "share")
		}
	}
	if base == "" {
		return "", usagef("choose a folder with --data-dir", "no data folder is known: %s is not set", needs)
	}
	return filepath.Join(base, "chat"), nil
}

// flagValue is a flag whose text is checked later with all other settings.
type flagValue struct{ text, kind string }

func (f *flagValue) String() string     { return f.text }
func (f *flagValue) Set(s string) error { f.text = s; return nil }

// Type is what the help shows as the value. pflag shows none for "bool".
func (f *flagValue) Type() string { return cmp.Or(f.kind, "bool") }

// addDataDir gives flags the one for the data folder alone.
func addDataDir(flags *pflag.FlagSet) { addFlag(flags, lookup("DATA_DIR")) }

// addFlags gives flags one flag for each variable that is no secret: all of
// them to serve, those about the secret to the commands that make one.
func addFlags(flags *pflag.FlagSet, enrolOnly bool) {
	flags.SortFlags = false
	for _, v := range variables {
		if v.Secret || enrolOnly && !v.Enrol {
			continue
		}
		addFlag(flags, v)
	}
}

// showOnly hides the flags of all other settings from the help of a command on
// which they have no bearing. It takes them all the same, so that one list of
// flags fits serve and what asks after it.
func showOnly(flags *pflag.FlagSet, names ...string) {
	for _, v := range variables {
		if f := flags.Lookup(v.flag()); f != nil && !slices.Contains(names, v.Name) {
			f.Hidden = true
		}
	}
}

func addFlag(flags *pflag.FlagSet, v variable) {
	usage := v.Usage
	if v.Default != "" {
		usage += fmt.Sprintf(" (default %s)", v.Default)
	}
	f := flags.VarPF(&flagValue{kind: v.Kind}, v.flag(), "", usage)
	if v.Kind == "" {
		f.NoOptDefVal = "true"
	}
}
