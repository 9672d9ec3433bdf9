//go:build unix

package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// openrc runs a part of the service of OpenRC in a shell as the system has it,
// with the settings of a file.
func openrc(t *testing.T, shell, settings, part string) (stdout, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "chat.env")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatalf("writing the settings: %v", err)
	}
	service, err := filepath.Abs("../packaging/openrc/chat")
	if err != nil {
		t.Fatal(err)
	}
	// What OpenRC itself has, as far as the service calls it.
	const system = `checkpath() { :; }
ewarn() { echo "$*" >&2; }
. "$1"
settings=$2
`
	c := exec.CommandContext(t.Context(), shell, "-c", system+part, "openrc-run", service, file)
	c.Env = []string{"PATH=" + os.Getenv("PATH")}
	c.Dir = t.TempDir()
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v: %s", shell, err, &complaints)
	}
	return out.String(), complaints.String()
}

// posixShells are those of this system that can run a service of OpenRC.
func posixShells() []string {
	list := []string{"sh"}
	for _, name := range []string{"dash", "bash"} {
		if _, err := exec.LookPath(name); err == nil {
			list = append(list, name)
		}
	}
	return list
}

// The settings of a package are the same file under systemd and under OpenRC,
// and mean the same. A shell that reads them as its own would run what stands
// after an & and cut a name at its first space.
func TestOpenRCReadsTheEnvFile(t *testing.T) {
	t.Parallel()
	const settings = `# Settings of chat.

#PORT=1
STORAGE_LIMITER=redis://one:6379?addr=two:6379&addr=three:6379
TOTP_ISSUER_NAME=Chat at home
  TOTP_USER="Ann's own"
TELEGRAM_BOT_TOKEN='1:$(touch made) ` + "`touch made`" + ` \n'
TELEGRAM_PROXY=http://name:a"b'c@proxy*:1?x=y#z
LIMIT_TEXT=
not a setting
export HOST=0.0.0.0
; LAN=true
LAN=false; touch made
HISTORY_AGE="
TLS=off`
	want := map[string]string{
		"DATA_DIR":           "/var/lib/chat",
		"STORAGE_LIMITER":    "redis://one:6379?addr=two:6379&addr=three:6379",
		"TOTP_ISSUER_NAME":   "Chat at home",
		"TOTP_USER":          "Ann's own",
		"TELEGRAM_BOT_TOKEN": "1:$(touch made) `touch made` \\n",
		"TELEGRAM_PROXY":     `http://name:a"b'c@proxy*:1?x=y#z`,
		"LIMIT_TEXT":         "",
		"LAN":                "false; touch made",
		"HISTORY_AGE":        `"`,
		"TLS":                "off",
	}
	for _, shell := range posixShells() {
		out, complaints := openrc(t, shell, settings, "start_pre && exec env")
		got := make(map[string]string)
		for line := range strings.Lines(out) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			got[name] = value
		}
		for name, value := range want {
			if set, ok := got[name]; !ok || set != value {
				t.Errorf("%s: %s is %q (set: %t), want %q", shell, name, set, ok, value)
			}
		}
		for _, name := range []string{"PORT", "HOST"} {
			if set, ok := got[name]; ok {
				t.Errorf("%s: %s is %q, want it left out", shell, name, set)
			}
		}
		for _, line := range []string{"line 10 ", "line 11 "} {
			if !strings.Contains(complaints, line) {
				t.Errorf("%s says %q, want a word about %s", shell, complaints, line)
			}
		}
	}
}

// What a service prints is kept in a file only if it ends: standard error has
// a line for each thing that happens, for as long as the service runs.
func TestOpenRCKeepsNoEndlessFile(t *testing.T) {
	t.Parallel()
	const part = `start_pre && echo "${output_log-none}, ${output_logger-none}, ${error_log-none}, $error_logger"`
	const logger = "logger -t chat -p daemon.info"
	for _, shell := range posixShells() {
		for settings, want := range map[string]string{
			"":             "/var/log/chat/out, none, none, " + logger,
			"LOG_FILE=-\n": "none, " + logger + ", none, " + logger,
		} {
			if got, _ := openrc(t, shell, settings, part); got != want+"\n" {
				t.Errorf("%s: with %q the output goes to %q, want %q", shell, settings, got, want)
			}
		}
	}
}
