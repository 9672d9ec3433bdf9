package ui

import "bytes"

// bare returns a module of ours without the comments that stand on lines of
// their own. They are a third of what is written and half of what is hard to
// compress, and a browser has no use for them. The lines themselves stay, empty,
// so that the numbers in a stack trace are those of the file.
//
// It goes by lines and knows no JavaScript, so a module has no template literal
// over several lines; a test sees to that.
func bare(module []byte) []byte {
	var out bytes.Buffer
	inside := false
	for line := range bytes.Lines(module) {
		text := bytes.TrimSpace(line)
		comment := inside || bytes.HasPrefix(text, []byte("//"))
		if bytes.HasPrefix(text, []byte("/*")) {
			// Code may follow a comment on its line, as a cast does.
			closed := bytes.Contains(text, []byte("*/"))
			comment = !closed || bytes.HasSuffix(text, []byte("*/"))
			inside = !closed
		} else if inside {
			inside = !bytes.Contains(text, []byte("*/"))
		}
		if comment {
			out.WriteByte('\n')
		} else {
			out.Write(line)
		}
	}
	return out.Bytes()
}
