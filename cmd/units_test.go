package cmd

import (
	"encoding/xml"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// unit is a unit of systemd: the values of each key of each section, as
// "Service.Type".
type unit map[string][]string

func readUnit(t *testing.T, path string) unit {
	t.Helper()
	u, section := make(unit), ""
	for line := range strings.Lines(text(t, path)) {
		line = strings.TrimSpace(line)
		key, value, isSetting := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
		case isSetting:
			u[section+"."+key] = append(u[section+"."+key], value)
		default:
			t.Errorf("%s has the line %q, which is no setting", path, line)
		}
	}
	return u
}

// Each of these is a promise between a unit and the program: systemd knows what
// the program does only by what is written here.
func TestUnits(t *testing.T) {
	t.Parallel()
	service := readUnit(t, "packaging/systemd/chat.service")
	for key, want := range map[string]string{
		"Unit.Requires":                    "chat.socket", // which holds the port
		"Service.Type":                     "notify",      // see supervisor.go
		"Service.NotifyAccess":             "main",
		"Service.Restart":                  "on-failure",
		"Service.RestartPreventExitStatus": strconv.Itoa(ExitUsage),
		"Service.ExecStart":                "/usr/bin/chat serve",
		"Service.EnvironmentFile":          "-/etc/chat/chat.env",
		"Service.Environment":              "DATA_DIR=%S/chat",
		"Service.StateDirectory":           "chat",
	} {
		if got := service[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s of chat.service is %q, want %q", key, got, want)
		}
	}
	if after := service["Unit.After"]; !slices.Contains(after, "chat.socket") {
		t.Errorf("chat.service starts after %q, want chat.socket among them", after)
	}
	checkStop(t, "TimeoutStopSec of chat.service", service["Service.TimeoutStopSec"])

	socket := readUnit(t, "packaging/systemd/chat.socket")
	want := defaultOf(t, "HOST") + ":" + defaultOf(t, "PORT")
	if got := socket["Socket.ListenStream"]; !slices.Equal(got, []string{want}) {
		t.Errorf("chat.socket listens on %q, want %q as without systemd", got, want)
	}

	installed := text(t, ".goreleaser.yaml")
	for _, place := range []string{"dst: /etc/chat/chat.env,", "dst: /usr/lib/systemd/system/chat.service,", "dst: /usr/lib/systemd/system/chat.socket,", "bindir: /usr/bin\n"} {
		if !strings.Contains(installed, place) {
			t.Errorf("no package has %q, which the units count on", place)
		}
	}
}

// checkStop wants one time, longer than the program takes to end at most.
func checkStop(t *testing.T, what string, values []string) {
	t.Helper()
	if len(values) != 1 {
		t.Errorf("%s is %q, want one time", what, values)
		return
	}
	limit, err := time.ParseDuration(values[0])
	if err != nil || limit <= shutdownLimit {
		t.Errorf("%s is %q, want a time above %s, in which everybody is told", what, values[0], shutdownLimit)
	}
}

func defaultOf(t *testing.T, name string) string {
	t.Helper()
	i := slices.IndexFunc(variables, func(v variable) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("there is no variable %s", name)
	}
	return variables[i].Default
}

func TestOpenRC(t *testing.T) {
	t.Parallel()
	file := text(t, "packaging/openrc/chat")
	for _, line := range []string{"command=\"/usr/bin/chat\"\n", "command_args=\"serve\"\n", "settings=\"/etc/chat/chat.env\"\n"} {
		if !strings.Contains(file, "\n"+line) {
			t.Errorf("the service of OpenRC has no line %q", line)
		}
	}
	stop := regexp.MustCompile(`(?m)^retry="TERM/(\d+)/KILL/\d+"$`).FindStringSubmatch(file)
	if stop == nil {
		t.Fatal("the service of OpenRC does not say how long a stop may take")
	}
	checkStop(t, "retry of OpenRC", []string{stop[1] + "s"})
}

// node is a part of a property list.
type node struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Nodes   []node `xml:",any"`
}

// under is what stands under a key of a dict.
func (n node) under(t *testing.T, key string) node {
	t.Helper()
	i := slices.IndexFunc(n.Nodes, func(n node) bool { return n.XMLName.Local == "key" && n.Text == key })
	if i < 0 || i+1 == len(n.Nodes) {
		t.Fatalf("there is no %s", key)
	}
	return n.Nodes[i+1]
}

func TestLaunchdAgent(t *testing.T) {
	t.Parallel()
	decoder := xml.NewDecoder(strings.NewReader(text(t, "packaging/launchd/chat.plist")))
	var list node
	if err := decoder.Decode(&list); err != nil {
		t.Fatalf("parsing chat.plist: %v", err)
	}
	for token, err := decoder.Token(); err != io.EOF; token, err = decoder.Token() {
		if space, ok := token.(xml.CharData); err != nil || !ok || strings.TrimSpace(string(space)) != "" {
			t.Fatalf("after the list of chat.plist comes %v, %v", token, err)
		}
	}
	if list.XMLName.Local != "plist" || len(list.Nodes) != 1 || list.Nodes[0].XMLName.Local != "dict" {
		t.Fatalf("chat.plist is a %s, want a plist that is a dict", list.XMLName.Local)
	}
	dict := list.Nodes[0]
	var command []string
	for _, word := range dict.under(t, "ProgramArguments").Nodes {
		command = append(command, word.Text)
	}
	if len(command) != 2 || !path.IsAbs(command[0]) || path.Base(command[0]) != "chat" || command[1] != "serve" {
		t.Errorf("launchd runs %q, want chat with its whole path, and serve", command)
	}
	if served, _, err := newRoot(Program{}).Find(command[1:]); err != nil || served.Name() != "serve" {
		t.Errorf("there is no command serve: %v", err)
	}
	if again := dict.under(t, "KeepAlive").under(t, "SuccessfulExit").XMLName.Local; again != "false" {
		t.Errorf("SuccessfulExit is %s, want false: who stopped chat wants no new one", again)
	}
	checkStop(t, "ExitTimeOut of launchd", []string{dict.under(t, "ExitTimeOut").Text + "s"})
}
