package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

const (
	perMessage = 5 * time.Second
	maxAnswer  = 64 << 10
	longest    = 24 * time.Hour // that we believe a retry_after
)

// A courier brings one message at a time to the chat.
type courier struct {
	bot    *bot.Bot
	token  string
	chat   string
	ctx    context.Context // ends with cancel
	cancel context.CancelFunc
}

func newCourier(o Options) (*courier, error) {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           o.dial,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          1,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   perMessage,
		ResponseHeaderTimeout: perMessage,
	}
	if o.Proxy != nil {
		transport.Proxy = http.ProxyURL(o.Proxy)
	}
	c := &courier{token: o.Token, chat: o.Chat}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	context.AfterFunc(c.ctx, transport.CloseIdleConnections)
	options := []bot.Option{
		bot.WithSkipGetMe(), // Telegram may be away when we start.
		bot.WithHTTPClient(0, wary{&http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}),
		bot.WithErrorsHandler(func(error) {}), // Each comes back to us as well.
	}
	if o.APIBase != "" {
		options = append(options, bot.WithServerURL(strings.TrimSuffix(o.APIBase, "/")))
	}
	var err error
	if c.bot, err = bot.New(o.Token, options...); err != nil {
		c.cancel()
		return nil, fmt.Errorf("making a Telegram bot: %w", err)
	}
	return c, nil
}

// busyError is Telegram's wish to be left alone for a while.
type busyError struct{ wait time.Duration }

func (e *busyError) Error() string {
	return fmt.Sprintf("Telegram asks to wait for %v", e.wait)
}

// deliver sends a message in HTML. Its errors are fit to be logged.
func (c *courier) deliver(html string) error {
	ctx, cancel := context.WithTimeout(c.ctx, perMessage)
	defer cancel()
	yes := true
	_, err := c.bot.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: c.chat, Text: html, ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: &yes},
	})
	return c.plain(err)
}

// plain takes from an error the address, which holds the token, and says what
// to do where that is known.
func (c *courier) plain(err error) error {
	if err == nil {
		return nil
	}
	if busy, ok := errors.AsType[*bot.TooManyRequestsError](err); ok {
		return &busyError{min(time.Duration(busy.RetryAfter)*time.Second, longest)}
	}
	if away, ok := errors.AsType[*url.Error](err); ok {
		err = away.Err
	}
	text := strings.ReplaceAll(err.Error(), c.token, "(secret)")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("the Telegram API did not answer within 5 seconds")
	case errors.Is(err, bot.ErrorUnauthorized), errors.Is(err, bot.ErrorNotFound):
		return fmt.Errorf("the Telegram API does not know the token of TELEGRAM_BOT_TOKEN: %s", text)
	case errors.Is(err, bot.ErrorForbidden), errors.Is(err, bot.ErrorBadRequest):
		return fmt.Errorf("the bot may not write to TELEGRAM_CHAT_ID; write to it first, or add it to the group: %s", text)
	}
	return errors.New(text)
}

// wary is a client that reads no more of an answer than it needs.
type wary struct{ *http.Client }

// delivered is how an answer begins that says yes. What follows is the message
// that we sent.
var delivered = []byte(`{"ok":true`)

// Do gives the library a yes without the rest, and else the beginning.
func (w wary) Do(r *http.Request) (*http.Response, error) {
	answer, err := w.Client.Do(r)
	if err != nil {
		return nil, err
	}
	body := answer.Body
	rest := io.LimitReader(body, maxAnswer)
	start := make([]byte, len(delivered))
	n, err := io.ReadFull(rest, start)
	switch {
	case err == nil && answer.StatusCode == http.StatusOK && bytes.Equal(start, delivered):
		rest = strings.NewReader(`{"ok":true,"result":{}}`)
	case err == nil:
		rest = io.MultiReader(bytes.NewReader(start), rest)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		rest = bytes.NewReader(start[:n])
	default:
		_ = body.Close() // err says more.
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{rest, body}
	return answer, nil
}
