package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// mistake is what an operator may put into one variable, by mistake.
type mistake struct {
	value string
	with  string // another variable that it needs to be a mistake, NAME=value
	code  int    // 0 stands for ExitUsage
	says  string // what the line begins with, if not the name of the variable
}

// H15. Each variable has a mistake here, and one that is new must get one.
func mistakes(t *testing.T) map[string]mistake {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	taken := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	return map[string]mistake{
		"SERVER_URL":             {value: "chat.example.org"},
		"HOST":                   {value: "203.0.113.77", with: "LAN=true", code: ExitFailure}, // an address that nobody has
		"PORT":                   {value: taken, code: ExitFailure, says: "port " + taken + " is taken"},
		"LAN":                    {value: "perhaps"},
		"TLS":                    {value: "on"},
		"TLS_CERT":               {value: file, says: "TLS_CERT and TLS_KEY are of no use"},
		"TLS_KEY":                {value: file, says: "TLS_CERT and TLS_KEY are of no use"},
		"DATA_DIR":               {value: file, code: ExitFailure, says: "cannot write to the data folder"},
		"STORAGE_LIMITER":        {value: "http://localhost"},
		"HISTORY":                {value: "sometimes"},
		"HISTORY_MESSAGES":       {value: "many"},
		"HISTORY_AGE":            {value: "a week"},
		"HISTORY_SIZE":           {value: "big"},
		"LIMIT_CONNECTIONS":      {value: "-1"},
		"LIMIT_SOCKETS":          {value: "1e3"},
		"LIMIT_ROOMS":            {value: "2000000"},
		"LIMIT_MESSAGES":         {value: "0.5"},
		"LIMIT_TEXT":             {value: "16 pages"},
		"LIMIT_PACKET":           {value: "1GB"},
		"LIMIT_QUEUE":            {value: "1KB"},
		"LIMIT_WAIT":             {value: "1ms"},
		"LIMIT_CONNECT":          {value: "an hour"},
		"LIMIT_ATTACHMENTS":      {value: "10000"},
		"LIMIT_HEADER":           {value: "1KB"},
		"LIMIT_HEADER_WAIT":      {value: "10ms"},
		"LIMIT_IDLE":             {value: "2d"},
		"LIMIT_TYPING":           {value: "fast"},
		"LIMIT_PIXELS":           {value: "24M"},
		"LIMIT_UPLOAD":           {value: "1KB"},
		"LIMIT_UPLOADS":          {value: "all"},
		"LIMIT_DISK":             {value: "100%"},
		"TOTP_SECRET":            {value: "HUNTER2"},
		"TOTP_USER":              {value: "a:b"},
		"TOTP_ISSUER_NAME":       {value: "a:b"},
		"TRUSTED_PROXIES":        {value: "proxy"},
		"ALLOWED_ORIGINS":        {value: "*"},
		"LOG_LEVEL":              {value: "LOUD"},
		"LOG_FILE":               {value: filepath.Join(file, "chat.log"), code: ExitFailure},
		"DEBUG":                  {value: "maybe"},
		"TELEGRAM_BOT_TOKEN":     {value: "hunter2hunter2"},
		"TELEGRAM_CHAT_ID":       {value: "my chat"},
		"TELEGRAM_LOG_LEVEL":     {value: "3"},
		"TELEGRAM_API_BASE":      {value: "api.example.org"},
		"TELEGRAM_PROXY":         {value: "localhost:3128"},
		"CHAT_BACKUP_PASSPHRASE": {value: "short"},
		"METRICS_ADDR":           {value: "9464"},
		"UI_DIR":                 {value: file},
	}
}

func TestAMistakeInEachVariableIsOneLine(t *testing.T) {
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	assets := os.DirFS(source)
	t.Chdir(t.TempDir()) // There may be a .env where the tests run.
	all := mistakes(t)
	for _, v := range variables {
		m, ok := all[v.Name]
		if !ok {
			t.Errorf("%s has no mistake to try; add one", v.Name)
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			environ := []string{"DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "PORT=0", m.with}
			command := []string{"serve"}
			if v.Name == "CHAT_BACKUP_PASSPHRASE" {
				folder := t.TempDir()
				if err := os.WriteFile(filepath.Join(folder, "secret.json"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				environ[0], command = "DATA_DIR="+folder, []string{"backup", filepath.Join(t.TempDir(), "file")}
			}
			runMistake(t, assets, v, m, append(environ, v.Name+"="+m.value), command)
			if !v.Secret {
				runMistake(t, assets, v, m, environ, append(command, "--"+v.flag()+"="+m.value))
			}
		})
	}
}

// runMistake runs the program, which must end soon, with one line that says
// what is wrong.
func runMistake(t *testing.T, assets fs.FS, v variable, m mistake, environ, args []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	var out, errs bytes.Buffer
	start := time.Now()
	code := Execute(ctx, Program{Assets: assets, Args: args, Environ: environ, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
	if took := time.Since(start); ctx.Err() != nil {
		t.Errorf("%q does not end within %v", args, took)
	}
	want := max(m.code, 0)
	if want == 0 {
		want = ExitUsage
	}
	if code != want {
		t.Errorf("%q ends with %d, want %d", args, code, want)
	}
	says := m.says
	if says == "" {
		says = v.Name
	}
	got := errs.String()
	if strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "chat: "+says) {
		t.Errorf("%q says\n%swant one line that begins with %q", args, got, "chat: "+says)
	}
	if v.Secret && strings.Contains(got, m.value) {
		t.Errorf("%q shows the value in %q", args, got)
	}
	if out.Len() > 0 {
		t.Errorf("%q prints %q", args, out.String())
	}
}

// Each command has examples, and refuses a flag that it does not have.
func TestEachCommandHelpsAndRefuses(t *testing.T) {
	t.Parallel()
	var check func(c *cobra.Command)
	check = func(c *cobra.Command) {
		if c.Example == "" || !strings.HasPrefix(c.Example, "  chat ") {
			t.Errorf("the help of %q does not begin with examples", c.CommandPath())
		}
		if c.Runnable() {
			args := append(strings.Fields(c.CommandPath())[1:], "--frobnicate")
			var errs bytes.Buffer
			code := Execute(t.Context(), Program{Args: args, Stderr: &errs})
			want := fmt.Sprintf("chat: unknown flag: --frobnicate; see `%s --help`\n", c.CommandPath())
			if code != ExitUsage || errs.String() != want {
				t.Errorf("%q ends with %d and %q, want %d and %q", args, code, errs.String(), ExitUsage, want)
			}
		}
		for _, sub := range c.Commands() {
			check(sub)
		}
	}
	check(newRoot(Program{}))
}

// What the exit codes are, the help, the README and the manual say alike.
func TestExitCodesAreDocumented(t *testing.T) {
	t.Parallel()
	const line = "0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted"
	for where, text := range map[string]string{
		"the help": helpTemplate, "README.md": text(t, "README.md"), "docs/operations.md": text(t, "docs/operations.md"),
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), line) {
			t.Errorf("%s does not say %q", where, line)
		}
	}
	chapter := exitChapter()
	for i, code := range []int{ExitOK, ExitFailure, ExitUsage, ExitInterrupted} {
		if got := chapter.Entries[i].Name; got != strconv.Itoa(code) {
			t.Errorf("the manual's code %d is %s, want %d", i, got, code)
		}
	}
}
