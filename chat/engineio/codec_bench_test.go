package engineio

import (
	"bytes"
	"testing"
)

var message = bytes.Repeat([]byte("hello "), 20)

func BenchmarkText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Text(message)
	}
}

func BenchmarkPayload(b *testing.B) {
	queue := make([]Frame, maxPollPackets)
	for i := range queue {
		queue[i] = Text(message)
	}
	queue[3] = Binary(message)
	payload, _ := takePayload(queue, 1<<20)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(payload)))
		for b.Loop() {
			takePayload(queue, 1<<20)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(payload)))
		for b.Loop() {
			for rest, more := payload, true; more; {
				var err error
				if _, rest, more, err = nextPacket(rest); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
