package socketio

import (
	"encoding/json"
	"testing"
)

// What a field has to be is said in the words of JSON, whatever its type is in Go.
func TestDecodeNamesWhatFits(t *testing.T) {
	type inner struct{ X int }
	var in struct {
		Text    string
		Flag    bool
		List    []int
		Pair    [2]int
		Object  inner
		Map     map[string]int
		Maybe   *inner
		Count   int
		Small   uint8
		Measure float64
	}
	for field, want := range map[string]string{
		"Text": "a string", "Flag": "true or false", "List": "an array", "Pair": "an array",
		"Object": "an object", "Map": "an object", "Maybe": "an object",
		"Count": "a number", "Small": "a number", "Measure": "a number",
	} {
		wrong := `"x"`
		if field == "Text" {
			wrong = `[]`
		}
		e := Event{Name: "put", Args: []json.RawMessage{json.RawMessage(`{"` + field + `":` + wrong + `}`)}}
		err, ok := e.Decode(0, &in).(*Error)
		if want := field + " of put has to be " + want; !ok || err.Message != want {
			t.Errorf("%s: got %v, want %q", field, err, want)
		}
	}
}
