package files

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// A reader reads a file from Redis. It holds one piece.
type reader struct {
	ctx   context.Context // of the one who reads
	redis *Redis
	key   string
	size  int64

	at    int64
	index int64 // of the piece that it holds; -1 is none
	piece string
}

var errSeek = errors.New("there is nothing in front of the start of a file")

func (r *reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if err := r.fetch(r.at / pieceSize); err != nil {
		return 0, err
	}
	n := copy(p, r.piece[r.at%pieceSize:])
	r.at += int64(n)
	return n, nil
}

// fetch gets a piece, which must be as long as it was.
func (r *reader) fetch(index int64) error {
	if r.index == index {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.ctx, callTime)
	defer cancel()
	piece, err := r.redis.bus.Client.HGet(ctx, r.key, strconv.FormatInt(index, 10)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return unavailable(err)
	}
	if int64(len(piece)) != min(pieceSize, r.size-index*pieceSize) {
		return io.ErrUnexpectedEOF
	}
	r.index, r.piece = index, piece
	return nil
}

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errSeek
	}
	r.at = offset
	return offset, nil
}

func (r *reader) Close() error {
	r.piece, r.index = "", -1
	return nil
}
