package cmd

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
)

// entry is the value of a key: a string, a hash or a sorted set; or none of
// these, and then the key is gone.
type entry struct {
	Key    string             `json:"k"`
	Text   []byte             `json:"v,omitzero"`
	Hash   map[string][]byte  `json:"h,omitzero"`
	Sorted map[string]float64 `json:"z,omitzero"`
	Until  int64              `json:"x,omitempty"` // ms since 1970; 0 is for ever

	text string // all that in JSON, once it stands in a journal
}

func (e entry) gone() bool { return e.Text == nil && e.Hash == nil && e.Sorted == nil }

// same reports whether two entries are equal, but for times of expiry that
// differ by no more than the embedded clock does.
func (e entry) same(o entry) bool {
	const tolerance = 3000 // ms
	closeBy := (e.Until == 0) == (o.Until == 0) && max(e.Until-o.Until, o.Until-e.Until) <= tolerance
	return e.gone() == o.gone() && (e.gone() || closeBy) && bytes.Equal(e.Text, o.Text) &&
		maps.EqualFunc(e.Hash, o.Hash, bytes.Equal) && maps.Equal(e.Sorted, o.Sorted)
}

// readJournal reads a whole journal, or a torn one as far as it goes.
func readJournal(r io.Reader) (map[string]entry, error) {
	live := make(map[string]entry)
	lines := bufio.NewReaderSize(r, 64<<10)
	for n := int64(0); ; n++ {
		line, err := readLine(lines)
		switch {
		case n == 0 && (err == io.EOF || err == errTornJournal):
			return nil, fmt.Errorf("%w: it has not even a first line", errDamagedJournal)
		case err == io.EOF, err == errTornJournal:
			return live, errTornJournal
		case err != nil:
			return nil, err
		}
		text, ok := openLine(line, n)
		switch {
		case ok && n == 0 && text == journalFormat:
		case ok && n > 0 && text == journalEnd:
			if _, err := lines.ReadByte(); err != io.EOF {
				return nil, fmt.Errorf("%w after its end", errDamagedJournal)
			}
			return live, nil
		case ok && n > 0 && replay(live, text):
		default:
			return nil, fmt.Errorf("%w in line %d", errDamagedJournal, n+1)
		}
	}
}

// replay does to live what a line says, and reports whether it says something.
func replay(live map[string]entry, text string) bool {
	var e entry
	if err := json.Unmarshal([]byte(text), &e); err != nil || e.Key == "" {
		return false
	}
	if e.gone() {
		delete(live, e.Key)
	} else {
		e.text = text
		live[e.Key] = e
	}
	return true
}

// readLine returns the next line without its end. The end of the file is io.EOF,
// or errTornJournal in the middle of a line.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return string(line[:len(line)-1]), nil
		case err == io.EOF && len(line) == 0:
			return "", io.EOF
		case err == io.EOF:
			return "", errTornJournal
		case len(line) > maxJournalLine:
			return "", fmt.Errorf("%w: it has an endless line", errDamagedJournal)
		case err != bufio.ErrBufferFull:
			return "", err
		}
	}
}

// openLine is the inverse of line.
func openLine(line string, n int64) (text string, ok bool) {
	sum, rest, _ := strings.Cut(line, " ")
	number, text, _ := strings.Cut(rest, " ")
	return text, number == strconv.FormatInt(n, 10) && sum == string(checksum([]byte(rest)))
}

func line(n int64, text string) string { return string(appendLine(nil, n, text)) }

func appendLine(b []byte, n int64, text string) []byte {
	start := len(b)
	b = append(b, "................ "...) // the checksum's place
	rest := len(b)
	b = append(strconv.AppendInt(b, n, 10), ' ')
	b = append(b, text...)
	copy(b[start:], checksum(b[rest:]))
	return append(b, '\n')
}

func checksum(rest []byte) []byte {
	sum := sha256.Sum256(rest)
	return hex.AppendEncode(nil, sum[:8])
}
