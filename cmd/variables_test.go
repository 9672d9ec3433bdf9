package cmd

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the files that are made from the table of variables")

func TestConfigHasAFieldForEachVariable(t *testing.T) {
	var fields, names []string
	for field := range reflect.TypeFor[Config]().Fields() {
		fields = append(fields, field.Tag.Get("env"))
	}
	for _, v := range variables {
		names = append(names, v.Name)
	}
	slices.Sort(fields)
	slices.Sort(names)
	if !slices.Equal(fields, names) {
		t.Errorf("Config has fields for\n%q, the table of variables has\n%q", fields, names)
	}
}

func TestNoSecretIsAFlag(t *testing.T) {
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	addFlags(flags, false)
	for _, v := range variables {
		if got := flags.Lookup(v.flag()) != nil; got == v.Secret {
			t.Errorf("flag --%s exists: %t, want %t", v.flag(), got, !v.Secret)
		}
	}
}

// .env.example is made from the table; run go test -update after a change.
func TestEnvExample(t *testing.T) {
	const path = "../.env.example"
	want := envExample()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatalf("writing: %v", err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	if string(got) != want {
		t.Errorf("%s is stale; run go test ./cmd -run TestEnvExample -update", path)
	}
}

func envExample() string {
	var b strings.Builder
	b.WriteString("# Settings of chat. Copy this to .env in the folder that you start chat in, and\n" +
		"# take the # from the lines that you change. The environment and the flags of\n" +
		"# the same names come before this file. A value with a $ or a # in it stands in\n" +
		"# single quotes: NAME='value'.\n")
	for _, v := range variables {
		b.WriteString("\n# " + strings.ToUpper(v.Usage[:1]) + v.Usage[1:] + ".\n")
		b.WriteString("# Must be " + v.Allowed + ".\n")
		b.WriteString("#" + v.Name + "=" + v.Default + "\n")
	}
	return b.String()
}
