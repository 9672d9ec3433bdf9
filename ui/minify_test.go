package ui

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestSmaller(t *testing.T) {
	for _, tt := range []struct{ name, written, want string }{
		{
			"a.js",
			"// What it is about.\nimport { a } from \"./a.js\"; // why\n\n/** Doc. */\nexport function f(first) {\n  return a(first, \"room.title\", `refused.${first}`);\n}\n",
			"import{a}from\"./a.js\";export function f(e){return a(e,\"room.title\",`refused.${e}`)}",
		},
		{"a.svg", "<svg>\n<!-- why -->\n<path d=\"M10.500 7.0\"/>\n</svg>", "<svg><path d=\"M10.5 7\"/></svg>"},
		{"a.webmanifest", "{\n  \"id\": \"/\"\n}", `{"id":"/"}`},
		{"a.png", "as it is", "as it is"},
	} {
		got, err := smaller(tt.name, []byte(tt.written))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got\n%s\n%v, want\n%s", tt.name, got, err, tt.want)
		}
	}
	if _, err := smaller("b.js", []byte("const = 1")); err == nil || !strings.Contains(err.Error(), "b.js") {
		t.Errorf("a module that no browser understands: error %v, want one that names it", err)
	}
}

func TestImportsOf(t *testing.T) {
	small, err := smaller("js/page/a.js", []byte(`
// import "./comment.js";
/** @param {import("./type.js").T} x */
import "./effect.js";
import { a, b as c } from "../one.js";
import * as all from './two.js';
export { d } from "./three.js";
export * from "./four.js";
export const later = () => import("./five.js");
`))
	if err != nil {
		t.Fatal(err)
	}
	atOnce, later := importsOf("js/page/a.js", small)
	want := []string{"js/page/effect.js", "js/one.js", "js/page/two.js", "js/page/three.js", "js/page/four.js"}
	if !slices.Equal(atOnce, want) || !slices.Equal(later, []string{"js/page/five.js"}) {
		t.Errorf("got %v at once and %v later, want %v and js/page/five.js", atOnce, later, want)
	}
}

// A page brings the sentences that its modules name, and they are looked for in
// what it loads: none may get lost on the way there.
func TestSentencesStayNamed(t *testing.T) {
	written, err := loadTree(os.DirFS("."), true)
	if err != nil {
		t.Fatal(err)
	}
	small, err := loadTree(os.DirFS("."), false)
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for name, a := range small.files {
		for _, key := range mentioned(wholeKey, written.files[name].body) {
			named++
			if !slices.Contains(mentioned(wholeKey, a.body), key) {
				t.Errorf("%s does not name %s any more", name, key)
			}
		}
		for _, key := range mentioned(keyFamily, written.files[name].body) {
			named++
			if !slices.Contains(mentioned(keyFamily, a.body), key) {
				t.Errorf("%s: nothing begins with %s any more", name, key)
			}
		}
	}
	if named == 0 {
		t.Error("no module names a sentence")
	}
}
