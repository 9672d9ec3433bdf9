package chat

import (
	"strings"
	"testing"
)

// A picture in the text is put into the record as the library would.
func TestRecordOfPicture(t *testing.T) {
	picture := "data:image/png;base64," + strings.Repeat("A", 5<<10)
	r := record{Kind: kindEdit, Text: &picture, Sender: Person{ID: "ann", Name: `"message":""`}, Target: "id"}
	want := string(r.encode())
	r.picture = true
	if got := string(r.encode()); got != want {
		t.Errorf("got %.120q, want %.120q", got, want)
	}
}
