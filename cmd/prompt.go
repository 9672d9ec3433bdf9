package cmd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// prompt asks the operator questions, one line an answer.
type prompt struct {
	out   io.Writer
	lines <-chan string // closed at the end of the input
}

// newPrompt reads answers from in. A read from a terminal cannot be called
// off, so one goroutine reads and outlives a cancelled question; the process
// ends soon after, and with it the goroutine.
func newPrompt(in io.Reader, out io.Writer) *prompt {
	lines := make(chan string)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(in)
		for s.Scan() {
			lines <- s.Text()
		}
	}()
	return &prompt{out, lines}
}

// ask prints the question and waits for a line. It fails with ctx's error when
// the operator interrupts, and with io.EOF when there are no more answers.
func (p *prompt) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(p.out, question)
	select {
	case <-ctx.Done():
		fmt.Fprintln(p.out)
		return "", ctx.Err()
	case line, ok := <-p.lines:
		if !ok {
			fmt.Fprintln(p.out)
			return "", io.EOF
		}
		return strings.TrimSpace(line), nil
	}
}
