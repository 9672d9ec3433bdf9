package chat

import "strings"

// checkText holds a message to its limits. It looks no further: what people say
// is between them, and how it is shown is the page's business.
func checkText(text string, withFile bool) error {
	switch {
	case strings.TrimSpace(text) == "" && !withFile:
		return errEmpty
	case len(text) > maxText && !strings.HasPrefix(text, "data:image/"):
		return errTooLong // an image in the text is bounded by maxPayload
	}
	return nil
}
