package history

import (
	"encoding/binary"
	"hash/crc32"
	"os"
)

// SegmentBytes makes segments end at a size that a test reaches quickly.
func (o *Options) SegmentBytes(n int64) { o.segmentBytes = n }

// Sync takes the place of what brings a file to the disk.
func (o *Options) Sync(sync func(*os.File) error) { o.sync = sync }

// NewerVersion returns a segment as a newer version of the format would begin it.
func NewerVersion(b []byte) []byte {
	h, err := parseHeader(b)
	if err != nil {
		panic(err)
	}
	head := appendHeader(nil, h)[:headerCopy]
	binary.LittleEndian.PutUint16(head[len(magic):], version+1)
	binary.LittleEndian.PutUint32(head[headerCopy-4:], crc32.Checksum(head[:headerCopy-4], castagnoli))
	return append(append(head, head...), b[headerBytes:]...)
}

// HeaderBytes is where the first record of a segment begins.
const HeaderBytes = headerBytes

// Noted is how many rooms a log is about to tell Redis the size of.
func (r *Redis) Noted() int {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	return len(r.ledger.rooms)
}
