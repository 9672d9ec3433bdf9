//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// screen is what a page is looked at on.
type screen struct {
	width, height int64
	mobile        bool
}

var (
	laptop = screen{1280, 800, false}
	phone  = screen{390, 844, true}
	small  = screen{320, 568, true} // the smallest phone that should work
)

// look examines what the tab shows now, on every screen, light and dark.
func (b *tab) look(name string) {
	b.t.Helper()
	b.lookOn(name, laptop, phone, small)
}

// lookOn examines what the tab shows now on some screens: it takes pictures,
// nothing may overflow, and on a laptop and a phone axe may find nothing.
func (b *tab) lookOn(name string, screens ...screen) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, s := range screens {
			b.emulate(s, scheme)
			where := fmt.Sprintf("%s-%d-%s", name, s.width, scheme)
			b.picture(where)
			b.fits(where)
			if s == laptop || s == phone {
				b.accessible(where)
			}
		}
	}
	b.emulate(laptop, "light")
}

// pictureOn takes pictures on some screens, where the rest was looked at. What
// is seen there may differ, so axe looks at all of it.
func (b *tab) pictureOn(name string, screens ...screen) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, s := range screens {
			b.emulate(s, scheme)
			where := fmt.Sprintf("%s-%d-%s", name, s.width, scheme)
			b.picture(where)
			b.fits(where)
			b.accessible(where)
		}
	}
	b.emulate(laptop, "light")
}

// emulate gives the tab a screen, without motion so that nothing is looked at
// half way.
func (b *tab) emulate(s screen, scheme string) {
	b.t.Helper()
	b.do("changing the screen", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: s.width, Height: s.height, DeviceScaleFactor: 1, Mobile: s.mobile,
		})
		return err
	})
	b.see("the screen", fmt.Sprintf("innerWidth === %d", s.width))
	b.settle()
}

// settle waits until nothing moves any more but what moves for ever.
func (b *tab) settle() {
	b.t.Helper()
	b.see("fonts and an end of movement", `document.fonts.status === "loaded" && document.getAnimations().every((a) =>
		a.playState !== "running" || a.effect.getComputedTiming().endTime === Infinity)`)
}

// fits fails the test if the page is wider than the window, and names what
// sticks out.
func (b *tab) fits(where string) {
	b.t.Helper()
	const wide = `document.documentElement.scrollWidth <= innerWidth ? [] :
		[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
			.map((e) => e.tagName + "." + e.className)`
	if out := valueOf[[]string](b, wide); len(out) > 0 {
		b.t.Errorf("%s: %s is wider than the window: %s", b.name, where, strings.Join(out, ", "))
	}
}

// accessible fails the test if axe finds anything.
func (b *tab) accessible(where string) {
	b.t.Helper()
	if b.scriptless { // but axe is one
		b.forbidScripts(false)
		defer b.forbidScripts(true)
	}
	const run = `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.flatMap((v) =>
		v.nodes.map((n) => v.id + ": " + n.target.join(" ") + ": " + n.any.concat(n.all, n.none).map((c) => c.message).join("; "))))`
	b.do("looking with axe", func(ctx context.Context) error {
		if here, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("'axe' in window")); err != nil || !here {
			if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe()+";0")); err != nil {
				return err
			}
		}
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](run, chromedp.EvalAwaitPromise))
		for _, what := range found {
			b.t.Errorf("%s: axe on %s: %s", b.name, where, what)
		}
		return err
	})
}

// axe is the source of axe-core.
var axe = sync.OnceValue(func() string {
	source, err := os.ReadFile(filepath.Join("..", ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return `throw new Error("the tag e2e needs axe-core: run .ci/setup")`
	}
	return string(source)
})

// picture keeps a picture of what the tab shows.
func (b *tab) picture(name string) {
	b.t.Helper()
	b.do("taking a picture", func(ctx context.Context) error {
		shot, err := chromedp.Call(ctx, devpage.CaptureScreenshot, devpage.CaptureScreenshotParams{})
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(b.pictures, name+".png"), shot.Data, 0o600)
	})
}

// pictureFolder is the folder for pictures: CHAT_SCREENSHOTS, or a new one that
// stays after the test.
func pictureFolder(t testing.TB) string {
	t.Helper()
	dir, err := newPictureFolder()
	if err != nil {
		t.Fatalf("making a folder for screenshots: %v", err)
	}
	return dir
}

var newPictureFolder = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("CHAT_SCREENSHOTS"); dir != "" {
		return dir, os.MkdirAll(dir, 0o700)
	}
	dir, err := os.MkdirTemp("", "chat-screenshots-")
	fmt.Println("screenshots are in", dir)
	return dir, err
})
