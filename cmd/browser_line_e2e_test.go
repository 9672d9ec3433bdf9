//go:build e2e

package cmd

import (
	"context"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// offline takes the network from the tab, which is told, or gives it back.
func (b *tab) offline(off bool) {
	b.t.Helper()
	if off {
		b.network(noLine(""))
	} else {
		b.network()
	}
	b.online(!off)
}

// online tells the tab whether it has a network.
func (b *tab) online(on bool) {
	b.t.Helper()
	b.do("telling of the network", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	})
}

// network gives the tab a line that is worse than it should be; without
// conditions a good one.
func (b *tab) network(conditions ...*network.Conditions) {
	b.t.Helper()
	b.do("changing the network", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions})
		return err
	})
}

// noLine is no line at all to the addresses of a pattern; "" is all of them.
func noLine(pattern string) *network.Conditions {
	return &network.Conditions{URLPattern: pattern, Offline: true}
}

// slowLine is a line with so many bytes a second each way.
func slowLine(bytes float64, pattern string) *network.Conditions {
	return &network.Conditions{URLPattern: pattern, DownloadThroughput: bytes, UploadThroughput: bytes}
}
