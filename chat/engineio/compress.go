package engineio

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// compressFrom is the size in bytes from which the answer to a poll is worth
// compressing. It is that of the reference server.
const compressFrom = 1024

// compress makes a payload smaller, if its size is worth it and the client
// takes gzip, and says so in the header of the answer.
func compress(header http.Header, r *http.Request, payload []byte) []byte {
	if len(payload) < compressFrom {
		return payload
	}
	header.Add("Vary", "Accept-Encoding")
	if !acceptsGzip(r.Header.Values("Accept-Encoding")) {
		return payload
	}
	header.Set("Content-Encoding", "gzip")
	var small bytes.Buffer
	writer := compressors.Get().(*gzip.Writer)
	defer compressors.Put(writer)
	writer.Reset(&small)
	_, _ = writer.Write(payload) // a buffer takes everything
	_ = writer.Close()
	return small.Bytes()
}

// A compressor holds hundreds of kilobytes, so they are shared. Speed goes
// before size: a client on polling is the exception, and its server is ours.
var compressors = sync.Pool{New: func() any {
	writer, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a valid one
	return writer
}}

// acceptsGzip reads the values of Accept-Encoding (RFC 9110, section 12.5.3): a
// list of codings, each with a weight, of which zero means no.
func acceptsGzip(values []string) bool {
	for coding := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, q, given := strings.Cut(weight, "=")
		n, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return !given || err == nil && n > 0
	}
	return false
}
