//go:build e2e

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The same checks as in TestClients in a browser, whose network and whose
// websocket are others, on a page from elsewhere.
func TestClientInABrowser(t *testing.T) {
	const folder = "../../../.ci/node_modules/socket.io-client/"
	var published struct{ Version string }
	about, err := os.ReadFile(folder + "package.json")
	if err == nil {
		err = json.Unmarshal(about, &published)
	}
	if err != nil {
		t.Fatalf("the official client is not there; run .ci/setup: %v", err)
	}
	wire := serveWithCuts(t, "client")
	pages := http.NewServeMux()
	pages.Handle("/", http.FileServer(http.Dir("testdata/clients")))
	pages.Handle("/client/", http.StripPrefix("/client/", http.FileServer(http.Dir(folder+"dist"))))
	elsewhere := httptest.NewServer(pages)
	t.Cleanup(elsewhere.Close)
	browser := startBrowser(t)
	for _, transports := range []string{"polling", "websocket", "polling,websocket"} {
		t.Run("over "+transports, func(t *testing.T) {
			query := url.Values{"version": {published.Version}, "url": {wire}, "transports": {transports}}
			outcome, err := visit(browser, elsewhere.URL+"/page.html?"+query.Encode())
			if err != nil {
				t.Fatalf("visiting the page: %v", err)
			}
			if outcome.Error != "" {
				t.Fatalf("socket.io-client %s: %s", published.Version, outcome.Error)
			}
			t.Log(outcome.Done)
		})
	}
}

// An outcome is what a page says in the end.
type outcome struct{ Done, Error string }

// visit opens a page in a tab of its own and waits for what it says.
func visit(browser context.Context, page string) (said outcome, err error) {
	tab, leave := chromedp.NewContext(browser)
	defer leave()
	tab, cancel := context.WithTimeout(tab, 5*time.Minute)
	defer cancel()
	if err := chromedp.Do(tab, chromedp.Navigate(page)); err != nil {
		return outcome{}, err
	}
	return chromedp.Run(tab, chromedp.Evaluate[outcome]("outcome", chromedp.EvalAwaitPromise))
}

// startBrowser runs a browser without a window until the test ends.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.DisableGPU, chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to sandbox for root.
	}
	allocated, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	browser, leave := chromedp.NewContext(allocated)
	t.Cleanup(leave)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	return browser
}
