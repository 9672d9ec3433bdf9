package chat

import (
	"bytes"
	"testing"

	"chat/chat/history"
)

func FuzzLuggage(f *testing.F) {
	id := history.NewID(1, 2)
	whole := &absence{visitor: "ann", socket: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", rooms: 1, began: map[string]history.ID{"den": id},
		trail: &trail{steps: []step{{"den", id}}, own: []history.ID{id}, passed: map[string]history.ID{"attic": id}}}
	f.Add(whole.pack())
	f.Add([]byte(`{"socket":"ABCDEFGHIJKLMNOPQRSTUVWXYZ","rooms":1,"began":{"../":""}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		gone, err := unpack("pid", text)
		if err != nil {
			return
		}
		again, err := unpack("pid", gone.pack())
		if err != nil || !bytes.Equal(again.pack(), gone.pack()) {
			t.Fatalf("%s comes back as %s, %v", gone.pack(), again.pack(), err)
		}
	})
}
