package cmd

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rsc.io/qr/coding"
)

// scanTerminal reads the QR code in a terminal's output, as a phone's camera
// does. Light is what is drawn; dark is the terminal.
func scanTerminal(t *testing.T, text string) string {
	t.Helper()
	var rows [][]bool // true is dark
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.Trim(line, "█▀▄ ") != "" {
			continue
		}
		var upper, lower []bool
		for _, r := range line {
			upper = append(upper, r == ' ' || r == '▄')
			lower = append(lower, r == ' ' || r == '▀')
		}
		rows = append(rows, upper, lower)
	}
	const quiet = 2
	size := len(rows[0]) - 2*quiet
	grid := make([][]bool, size)
	for y := range grid {
		grid[y] = rows[y+quiet][quiet : quiet+size]
	}
	return readGrid(t, grid, coding.L)
}

// scanPage reads the QR code on a page, as a phone's camera does.
func scanPage(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`<svg class="qr" viewBox="0 0 (\d+) (\d+)".*?<path d="([^"]*)"/></svg>`).FindStringSubmatch(page)
	if m == nil || m[1] != m[2] {
		t.Fatalf("there is no QR code on the page:\n%s", page)
	}
	const quiet = 4
	size, err := strconv.Atoi(m[1])
	if err != nil || size <= 2*quiet {
		t.Fatalf("a QR code of %s modules, %v", m[1], err)
	}
	grid := make([][]bool, size-2*quiet)
	for y := range grid {
		grid[y] = make([]bool, len(grid))
	}
	for run := range strings.SplitSeq(strings.TrimSuffix(m[3], "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1H%d", &x, &y, &n, &back); err != nil {
			t.Fatalf("piece %q of a QR code: %v", run, err)
		}
		for i := range n {
			grid[y-quiet][x-quiet+i] = true
		}
	}
	return readGrid(t, grid, coding.M)
}

// readGrid reads the text of a QR code with this much error correction.
func readGrid(t *testing.T, grid [][]bool, level coding.Level) string {
	t.Helper()
	for mask := range coding.Mask(8) {
		if got, ok := readMasked(t, grid, level, mask); ok {
			return got
		}
	}
	t.Fatalf("no QR code of %d modules can be read", len(grid))
	return ""
}

// readMasked reads it under one of the eight masks, and reports whether that is its
// mask: under another there is no text in it.
func readMasked(t *testing.T, grid [][]bool, level coding.Level, mask coding.Mask) (string, bool) {
	t.Helper()
	version := coding.Version((len(grid) - 17) / 4)
	plan, err := coding.NewPlan(version, level, mask)
	if err != nil {
		t.Fatalf("no QR code has %d modules: %v", len(grid), err)
	}
	data := make([]byte, plan.DataBytes)
	for y, row := range plan.Pixel {
		for x, p := range row {
			if o := p.Offset(); p.Role() == coding.Data && grid[y][x] != (p&coding.Black != 0) {
				data[o/8] |= 1 << (7 - o%8)
			}
		}
	}
	const bytesMode = 4
	if version > 9 || data[0]>>4 != bytesMode {
		return "", false
	}
	n := int(data[0]<<4 | data[1]>>4)
	if n+2 > len(data) {
		return "", false
	}
	var b strings.Builder
	for i := range n {
		b.WriteByte(data[i+1]<<4 | data[i+2]>>4)
	}
	return b.String(), strings.Contains(b.String(), "://")
}
