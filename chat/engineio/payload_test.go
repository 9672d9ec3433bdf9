package engineio

import (
	"bytes"
	"testing"
)

// FuzzPayload feeds the decoder of polling payloads. What it takes it must be
// able to write again, to the same packets.
func FuzzPayload(f *testing.F) {
	for _, seed := range []string{"4hello", "4a\x1e4b", "bAQID\x1e3", "", "\x1e", "b", "2:4a", "4\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		first, err := decodeAll(payload)
		if err != nil {
			if first != nil {
				t.Fatal("an error came with packets")
			}
			return
		}
		again, err := decodeAll(encodeAll(first))
		if err != nil {
			t.Fatalf("decoding what was encoded: %v", err)
		}
		if len(again) != len(first) {
			t.Fatalf("got %d packets, want %d", len(again), len(first))
		}
		for i, p := range first {
			if q := again[i]; q.kind != p.kind || q.binary != p.binary || !bytes.Equal(q.data, p.data) {
				t.Errorf("packet %d: got %+v, want %+v", i, q, p)
			}
		}
	})
}

func decodeAll(payload []byte) (all []packet, err error) {
	for more := true; more; {
		var p packet
		if p, payload, more, err = nextPacket(payload); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func encodeAll(packets []packet) (payload []byte) {
	for i, p := range packets {
		if i > 0 {
			payload = append(payload, separator)
		}
		payload = newFrame(p.kind, p.binary, p.data).appendPolling(payload)
	}
	return payload
}
