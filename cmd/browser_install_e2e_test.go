//go:build e2e

package cmd

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The browser finds nothing in the way of installing the page as an app.
func TestBrowserCanInstall(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.open("/auth")
	b.do("asking for what is in the way", func(ctx context.Context) error {
		found, err := chromedp.Call(ctx, devpage.GetInstallabilityErrors, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, e := range found.InstallabilityErrors {
			if e.ErrorID != "in-incognito" { // which a test's tab is, to share no cookie with another
				t.Errorf("the page cannot be installed: %s %v", e.ErrorID, e.ErrorArguments)
			}
		}
		return nil
	})
}
