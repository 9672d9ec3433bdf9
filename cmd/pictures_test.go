package cmd

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// E02. The attack: pictures of a few bytes that unpack to gigabytes, of sizes that
// overflow, with ten thousand frames or with a description that never ends, whole
// and with bytes changed. The server stores and sends them as it does all bytes: its
// memory grows by less than 50 MB, and nothing panics.
func TestHostilePicturesTakeNoMemory(t *testing.T) {
	p := start(t, options{env: map[string]string{"LIMIT_UPLOADS": "0"}})
	owner := p.login(t)
	owner.join(t, "tea")
	pictures := hostilePictures(t)
	runtime.GC()
	before := mapped()
	var all sync.WaitGroup
	next := make(chan []byte)
	for range 4 { // as many as a session may have under way
		all.Go(func() {
			for picture := range next {
				owner.passOn(t, picture)
			}
		})
	}
	for _, picture := range pictures {
		next <- picture
	}
	close(next)
	all.Wait()
	t.Logf("%d pictures: the heap had %d MB before, and %d MB at most", len(pictures), before>>20, mapped()>>20)
	if grown := int64(mapped()) - int64(before); grown > 50<<20 {
		t.Errorf("the memory grew by %d MB, want less than 50", grown>>20)
	}
	if r := owner.get(t, "/chat/tea"); r.status != http.StatusOK {
		t.Errorf("afterwards the room answers %d", r.status)
	}
}

// mapped is how much memory the heap has had from the system at most.
func mapped() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapSys
}

// passOn uploads a picture and fetches it.
func (b *browser) passOn(t *testing.T, picture []byte) {
	t.Helper()
	r := b.request(t, http.MethodPost, "/chat/tea/files", "")
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(picture)), int64(len(picture))
	r.Header.Set("Origin", b.base)
	stored := b.do(t, r)
	file := regexp.MustCompile(`/chat/tea/files/\w+`).FindString(stored.body)
	if stored.status != http.StatusCreated || file == "" {
		t.Errorf("%.16q: an upload answers %d", picture, stored.status)
		return
	}
	answer, err := b.http.Do(b.request(t, http.MethodGet, file, ""))
	if err != nil {
		t.Errorf("%.16q: %v", picture, err)
		return
	}
	defer answer.Body.Close()
	same := &comparison{want: picture}
	if _, err := io.Copy(same, answer.Body); err != nil || same.differs || len(same.want) > 0 {
		t.Errorf("%.16q comes back otherwise, %v", picture, err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "application/octet-stream" {
		t.Errorf("%.16q comes back as %s", picture, kind)
	}
}

// comparison compares what is written with what is wanted, and keeps nothing.
type comparison struct {
	want    []byte
	differs bool
}

func (c *comparison) Write(p []byte) (int, error) {
	n := min(len(p), len(c.want))
	c.differs = c.differs || !bytes.Equal(p, c.want[:n]) // Too many bytes differ as well.
	c.want = c.want[n:]
	return len(p), nil
}

// hostilePictures is a corpus: each picture whole, and four times with bytes
// changed, the same in each run.
func hostilePictures(t *testing.T) (all [][]byte) {
	t.Helper()
	whole := [][]byte{
		aPNG(50_000, 50_000, chunk("IDAT", deflated(t, 4<<20))),
		aPNG(1, 1<<31-1, chunk("IDAT", deflated(t, 1<<10))),
		aPNG(1<<31-1, 1<<31-1),
		aPNG(8, 8, chunk("zTXt", append([]byte("Comment\x00\x00"), deflated(t, 16<<20)...))),
		aPNG(8, 8, chunk("iCCP", append([]byte("p\x00\x00"), deflated(t, 16<<20)...))),
		aPNG(8, 8, chunk("zTXt", make([]byte, 7<<20))),
		aGIF(10_000),
		aJPEG(65_500, 65_500, 100),
		aWEBP(1<<24-1, 1<<24-1),
	}
	random := rand.New(rand.NewPCG(5, 2))
	for _, picture := range whole {
		all = append(all, picture)
		for range 4 {
			changed := slices.Clone(picture)
			for range 1 + len(changed)/1000 {
				changed[random.IntN(len(changed))] = byte(random.Uint32())
			}
			all = append(all, changed)
		}
	}
	return all
}

// deflated is n zeros, packed.
func deflated(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for zeros := make([]byte, 32<<10); n > 0; n -= len(zeros) { // piece by piece, for the memory is counted from here on
		if _, err := w.Write(zeros[:min(n, len(zeros))]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aPNG(width, height uint32, more ...[]byte) []byte {
	header := binary.BigEndian.AppendUint32(nil, width)
	header = append(binary.BigEndian.AppendUint32(header, height), 8, 6, 0, 0, 0)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header), slices.Concat(more...), chunk("IEND", nil))
}

func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func aGIF(frames int) []byte {
	b := []byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff")
	for range frames {
		b = append(b, "\x21\xf9\x04\x00\x00\x00\x00\x00\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00"...)
	}
	return append(b, ';')
}

func aJPEG(width, height uint16, descriptions int) []byte {
	b := []byte("\xff\xd8")
	for range descriptions {
		b = append(b, "\xff\xe1\xff\xffExif\x00\x00"...)
		b = append(b, make([]byte, 1<<16-9)...)
	}
	b = append(b, "\xff\xc0\x00\x11\x08"...)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, height), width)
	return append(b, "\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"...)
}

func aWEBP(width, height uint32) []byte {
	b := append([]byte("VP8X\x0a\x00\x00\x00\x10\x00\x00\x00"), byte(width-1), byte((width-1)>>8), byte((width-1)>>16))
	b = append(b, byte(height-1), byte((height-1)>>8), byte((height-1)>>16))
	return slices.Concat([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(b)+4)), []byte("WEBP"), b)
}
