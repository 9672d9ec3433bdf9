package cmd

import (
	"cmp"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// text reads a file of the module.
func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return string(b)
}

// What packages and images set must be a variable of ours: a service that sets
// one that nobody reads would run with a default in its place.
func TestPackagesSetOurVariables(t *testing.T) {
	t.Parallel()
	places := []struct {
		path    string
		setting *regexp.Regexp // its first group is what it sets, separated by spaces
	}{
		{"Dockerfile", regexp.MustCompile(`(?m)^ENV (.*)$`)},
		{"packaging/docker/Dockerfile", regexp.MustCompile(`(?m)^ENV (.*)$`)},
		{"packaging/systemd/chat.service", regexp.MustCompile(`(?m)^Environment=(.*)$`)},
		{"packaging/openrc/chat", regexp.MustCompile(`(?m)^\texport ([A-Z_]+=.*)$`)},
		{"packaging/launchd/chat.plist", regexp.MustCompile(`<key>([A-Z_]+)</key>`)},
	}
	for _, p := range places {
		found := p.setting.FindAllStringSubmatch(text(t, p.path), -1)
		if len(found) == 0 {
			t.Errorf("%s sets nothing, want some variable", p.path)
		}
		for _, match := range found {
			for setting := range strings.FieldsSeq(match[1]) {
				name, _, _ := strings.Cut(setting, "=")
				checkVariable(t, p.path, name)
			}
		}
	}
}

func checkVariable(t *testing.T, path, name string) {
	t.Helper()
	if !slices.ContainsFunc(variables, func(v variable) bool { return v.Name == name }) {
		t.Errorf("%s sets %s, which is no variable of chat", path, name)
	}
}

// compose is what we rely on of compose.yaml.
type compose struct {
	Services map[string]struct {
		Environment map[string]string
		Volumes     []string
		Ports       []string
		Healthcheck struct{ Test []string }
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	}
	Volumes map[string]any
}

func TestComposeFile(t *testing.T) {
	t.Parallel()
	var c compose
	if err := yaml.Unmarshal([]byte(text(t, "compose.yaml")), &c); err != nil {
		t.Fatalf("parsing compose.yaml: %v", err)
	}
	chat := c.Services["chat"]
	for name := range chat.Environment {
		checkVariable(t, "compose.yaml", name)
	}
	if got := chat.Environment["STORAGE_LIMITER"]; !storageURL(got) {
		t.Errorf("STORAGE_LIMITER is %q, want what is allowed", got)
	}
	if got, want := chat.Healthcheck.Test, []string{"CMD", "/chat", "health"}; !slices.Equal(got, want) {
		t.Errorf("the health check is %q, want %q", got, want)
	}
	if got, want := chat.Volumes, []string{"chat:/data"}; !slices.Equal(got, want) {
		t.Errorf("the volumes are %q, want %q", got, want)
	}
	for _, port := range chat.Ports {
		if !strings.HasPrefix(port, "127.0.0.1:") {
			t.Errorf("port %q is open to other machines, over plain http", port)
		}
	}
	for name := range chat.DependsOn {
		if len(c.Services[name].Healthcheck.Test) == 0 {
			t.Errorf("chat waits for %s to be healthy, which nothing checks", name)
		}
	}
}

// Both images check their health with a command that there is, and keep their
// data where the volume is.
func TestImages(t *testing.T) {
	t.Parallel()
	health, _, err := newRoot(Program{}).Find([]string{"health"})
	if err != nil || health.Name() != "health" {
		t.Fatalf("there is no command health: %v", err)
	}
	for _, path := range []string{"Dockerfile", "packaging/docker/Dockerfile"} {
		file := text(t, path)
		for _, line := range []string{
			"FROM scratch\n", "\nUSER 65532:65532\n", "\nVOLUME /data\n", " CMD [\"/chat\", \"health\"]\n",
			"\nENTRYPOINT [\"/chat\"]\n", "\nENV DATA_DIR=/data ", " HOST=0.0.0.0 LAN=true LOG_FILE=-\n",
		} {
			if !strings.Contains(file, line) {
				t.Errorf("%s has no line with %q", path, line)
			}
		}
	}
}

// release is what we rely on of .goreleaser.yaml.
type release struct {
	Dockers []struct {
		Images []string
	} `yaml:"dockers_v2"`
	Casks []struct {
		Manpages []string
	} `yaml:"homebrew_casks"`
}

func TestReleaseConfiguration(t *testing.T) {
	t.Parallel()
	var r release
	if err := yaml.Unmarshal([]byte(text(t, ".goreleaser.yaml")), &r); err != nil {
		t.Fatalf("parsing .goreleaser.yaml: %v", err)
	}
	if len(r.Dockers) == 0 || len(r.Casks) == 0 {
		t.Fatalf("a release has %d kinds of images and %d casks, want some", len(r.Dockers), len(r.Casks))
	}
	for _, d := range r.Dockers {
		for _, image := range d.Images {
			// A forge lets people write their name in capitals; a registry does not.
			if !strings.Contains(image, "{{ tolower .Env.OWNER }}") {
				t.Errorf("the image %s would be refused for an owner with capitals in the name", image)
			}
		}
	}
	pages := t.TempDir()
	root := newRoot(Program{})
	root.SetArgs([]string{"man", pages})
	if err := root.Execute(); err != nil {
		t.Fatalf("writing the manual: %v", err)
	}
	written, err := fs.Glob(os.DirFS(pages), "*.1")
	if err != nil || len(written) == 0 {
		t.Fatalf("the manual has %d pages, %v", len(written), err)
	}
	for _, c := range r.Casks {
		for _, page := range written {
			if !slices.ContainsFunc(c.Manpages, func(pattern string) bool {
				fits, err := path.Match(pattern, "man/"+page+".gz")
				return fits && err == nil
			}) {
				t.Errorf("Homebrew's cask has %q, which leaves out %s", c.Manpages, page)
			}
		}
	}
}

// A tag of somebody else's action can be moved to other code; a commit cannot.
func TestWorkflowsPinTheirActions(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	uses := regexp.MustCompile(`(?m)\buses: (.*)$`)
	count := 0
	for path, file := range workflows(t) {
		var parsed map[string]any
		if err := yaml.Unmarshal([]byte(file), &parsed); err != nil {
			t.Errorf("parsing %s: %v", path, err)
		}
		for _, match := range uses.FindAllStringSubmatch(file, -1) {
			count++
			if !pinned.MatchString(match[1]) && !strings.HasPrefix(match[1], "./.github/") {
				t.Errorf("%s uses %s, want a commit and its version", path, match[1])
			}
		}
	}
	if count == 0 {
		t.Error("no workflow uses an action, want some")
	}
}

// The scripts that a workflow runs are in the clone, and may be run.
func TestWorkflowsRunOurScripts(t *testing.T) {
	t.Parallel()
	script := regexp.MustCompile(`(?m)\brun: (\.ci/\S+)`)
	for path, file := range workflows(t) {
		for _, match := range script.FindAllStringSubmatch(file, -1) {
			if _, err := os.Stat(filepath.Join("..", match[1])); err != nil {
				t.Errorf("%s runs %s: %v", path, match[1], err)
			}
		}
	}
}

// A release is made for every system each week, or what breaks there is found by
// whoever pushes a tag.
func TestAWorkflowMakesAllPackages(t *testing.T) {
	t.Parallel()
	var w struct {
		On struct {
			Schedule []struct{ Cron string }
		}
		Jobs map[string]struct {
			If    string
			Steps []struct{ Run string }
		}
	}
	if err := yaml.Unmarshal([]byte(workflows(t)[".github/workflows/test.yml"]), &w); err != nil {
		t.Fatalf("parsing the workflow: %v", err)
	}
	for _, s := range w.Jobs["packages"].Steps {
		if s.Run == ".ci/package.sh --all" && w.Jobs["packages"].If == "github.event_name == 'schedule'" && len(w.On.Schedule) > 0 {
			return
		}
	}
	t.Errorf("no job makes all packages on a schedule: %+v", w)
}

// The action that keeps files refuses a path with . or .. in it, and that fails
// a run after all its tests, so that no release is ever made. What it keeps
// must be the folder that the tests put their pictures into.
func TestWorkflowsKeepThePictures(t *testing.T) {
	t.Parallel()
	kept := 0
	for path, file := range workflows(t) {
		var w workflow
		if err := yaml.Unmarshal([]byte(file), &w); err != nil {
			t.Errorf("parsing %s: %v", path, err)
		}
		for name, job := range w.Jobs {
			for key, value := range job.Env {
				if strings.Contains(value, "runner.") {
					t.Errorf("%s: job %s sets %s to %q; what the runner has is known to its steps only", path, name, key, value)
				}
			}
			pictures := ""
			for _, s := range job.Steps {
				pictures = cmp.Or(s.Env["CHAT_SCREENSHOTS"], job.Env["CHAT_SCREENSHOTS"], pictures)
				if !strings.HasPrefix(s.Uses, "actions/upload-artifact@") {
					continue
				}
				kept++
				folder := s.With["path"]
				if parts := strings.Split(folder, "/"); slices.Contains(parts, ".") || slices.Contains(parts, "..") {
					t.Errorf("%s: job %s keeps %q, a path with . or .. that the action refuses", path, name, folder)
				}
				if folder != pictures {
					t.Errorf("%s: job %s keeps %q, but its pictures are in %q", path, name, folder, pictures)
				}
			}
		}
	}
	if kept == 0 {
		t.Error("no workflow keeps the pictures of the pages, want one")
	}
}

// workflow is what we rely on of a workflow.
type workflow struct {
	Jobs map[string]struct {
		Env   map[string]string
		Steps []struct {
			Uses string
			Env  map[string]string
			With map[string]string
		}
	}
}

func workflows(t *testing.T) map[string]string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(".."), ".github/workflows/*.yml")
	if err != nil {
		t.Fatalf("looking for workflows: %v", err)
	}
	found := make(map[string]string)
	for _, path := range files {
		found[path] = text(t, path)
	}
	return found
}
