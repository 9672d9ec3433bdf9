package ui

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Phrase names a sentence of words/, for whoever does not know yet in which
// language it will be said. The zero Phrase says nothing.
type Phrase struct {
	key    string
	values []any // names and values, by turns
}

// Say is the sentence with that key. Names and values, by turns, fill its
// places: Say("error.upload_too_large", "mb", 8). The value n chooses the plural.
func Say(key string, values ...any) Phrase { return Phrase{key, values} }

// IsZero reports whether p says nothing.
func (p Phrase) IsZero() bool { return p.key == "" }

// language is everything that the pages say, in one language.
type language struct {
	tag   string // as in <html lang>
	words map[string]entry
}

// entry is a sentence, or two: for one of something and for another number.
// Neither English nor Spanish has more forms for the numbers that we count.
type entry struct {
	one, other string
}

func (e *entry) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &e.other)
	}
	var forms struct{ One, Other string }
	err := json.Unmarshal(data, &forms)
	e.one, e.other = forms.One, forms.Other
	return err
}

func (e entry) MarshalJSON() ([]byte, error) {
	if e.one == "" {
		return json.Marshal(e.other)
	}
	return json.Marshal(map[string]string{"one": e.one, "other": e.other})
}

// loadLanguages reads words/*.json. The file's name is the language's.
func loadLanguages(files fs.FS) (map[string]*language, error) {
	names, err := fs.Glob(files, "words/*.json")
	if err != nil {
		return nil, err
	}
	all := make(map[string]*language, len(names))
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		l := &language{tag: strings.TrimSuffix(path.Base(name), ".json")}
		if err := json.Unmarshal(body, &l.words); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		all[l.tag] = l
	}
	if all[fallback] == nil {
		return nil, fmt.Errorf("looking for words/%s.json: there is none", fallback)
	}
	return all, nil
}

// say fills a sentence. A key that does not exist is a mistake of ours, which
// the caller tells; a test looks for them.
func (l *language) say(key string, values ...any) (string, error) {
	return l.filled(key, values, func(s string) string { return s })
}

// rich is say for a sentence with marked-up pieces in it. Those are of the type
// template.HTML; all else is escaped.
func (l *language) rich(key string, values ...any) (template.HTML, error) {
	s, err := l.filled(key, values, template.HTMLEscapeString)
	return template.HTML(s), err
}

// tell says a phrase.
func (l *language) tell(p Phrase) (string, error) {
	if p.IsZero() {
		return "", nil
	}
	return l.say(p.key, p.values...)
}

// filled is a sentence with values in its places. All that was not marked up
// passes through escape.
func (l *language) filled(key string, values []any, escape func(string) string) (string, error) {
	fill := make(map[string]string, len(values)/2)
	for i := 0; i+1 < len(values); i += 2 {
		text, err := l.text(values[i+1], escape)
		if err != nil {
			return "", fmt.Errorf("saying %q: %w", key, err)
		}
		fill["{"+fmt.Sprint(values[i])+"}"] = text
	}
	sentence, err := l.form(key, fill["{n}"])
	if err != nil {
		return "", err
	}
	return place.ReplaceAllStringFunc(escape(sentence), func(p string) string { return fill[p] }), nil
}

// text is a value as it stands in a sentence; a Phrase is said.
func (l *language) text(value any, escape func(string) string) (string, error) {
	switch v := value.(type) {
	case template.HTML:
		return string(v), nil
	case Phrase:
		s, err := l.tell(v)
		return escape(s), err
	}
	return escape(fmt.Sprint(value)), nil
}

// place is where a value goes.
var place = regexp.MustCompile(`\{[a-z]+\}`)

// form chooses between one and other.
func (l *language) form(key, n string) (string, error) {
	e, ok := l.words[key]
	switch {
	case !ok:
		return "", fmt.Errorf("saying %q in %q: there is no such sentence", key, l.tag)
	case e.one != "" && n == "1":
		return e.one, nil
	}
	return e.other, nil
}
