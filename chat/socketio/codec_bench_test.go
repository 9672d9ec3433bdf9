package socketio

import "testing"

func BenchmarkDecode(b *testing.B) {
	for name, packet := range map[string]struct {
		text        string
		attachments int
	}{
		"event":  {`212["send_message",{"room":"9f86d081884c7d659a2feaa0c55ad015","message":"hello, everybody"}]`, 0},
		"binary": {`51-["upload",{"name":"a.png","data":{"_placeholder":true,"num":0}}]`, 1},
	} {
		b.Run(name, func(b *testing.B) {
			text := []byte(packet.text)
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				h, err := decodeHeader(text, maxAttachments)
				if err != nil {
					b.Fatal(err)
				}
				args, err := decodeArgs(h.data, packet.attachments)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := eventName(args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	type message struct {
		Room    string `json:"room"`
		Sender  string `json:"sender"`
		Message string `json:"message"`
	}
	said := message{"9f86d081884c7d659a2feaa0c55ad015", "Ann", "hello, everybody"}
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Encode("/", "receive_message", said); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("binary", func(b *testing.B) {
		data := Binary(make([]byte, 1024))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Encode("/", "receive_message", said, data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
