//go:build e2e

package cmd

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The icons of the installed app are the mark, drawn by a browser. After a
// change of the mark, -update draws them anew.
func TestBrowserIcons(t *testing.T) {
	folder := filepath.Join("..", "ui", "static", "img")
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer server.Close()
	b := (&program{base: server.URL}).person(t, startBrowser(t), "the draughtsman")
	for _, icon := range []struct {
		file, mark string
		side       int64
	}{
		{"icon-192.png", "mark.svg", 192},
		{"icon-512.png", "mark.svg", 512},
		{"icon-maskable-512.png", "mark-maskable.svg", 512},
		{"icon-touch.png", "mark-maskable.svg", 180},
	} {
		b.open("/" + icon.mark)
		drawn := b.drawing(icon.side)
		file := filepath.Join(folder, icon.file)
		if *update {
			if err := os.WriteFile(file, encoded(t, drawn), 0o644); err != nil {
				t.Fatalf("writing %s: %v", icon.file, err)
			}
		}
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := png.Decode(bytes.NewReader(body))
		if err != nil || kept.Bounds() != drawn.Bounds() {
			t.Fatalf("%s: error %v, bounds %v, want %v", icon.file, err, kept.Bounds(), drawn.Bounds())
		}
		// Another version of the browser may draw an edge a little differently.
		if off := apart(kept, drawn); off > 1 {
			t.Errorf("%s is %.1f of 255 away from %s on average: run this test with -update", icon.file, off, icon.mark)
		}
	}
}

// drawing is what the tab shows, on nothing.
func (b *tab) drawing(side int64) image.Image {
	b.t.Helper()
	var img image.Image
	b.do("drawing", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: side, Height: side, DeviceScaleFactor: 1})
		if err != nil {
			return err
		}
		clear := &cdp.RGBA{A: 0.001} // 0 would not be sent, and none means opaque
		_, err = chromedp.Call(ctx, emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{Color: clear})
		if err != nil {
			return err
		}
		shot, err := chromedp.Call(ctx, devpage.CaptureScreenshot, devpage.CaptureScreenshotParams{})
		if err != nil {
			return err
		}
		img, err = png.Decode(bytes.NewReader(shot.Data))
		return err
	})
	return img
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		t.Fatalf("encoding a picture: %v", err)
	}
	return b.Bytes()
}

// apart is how far two pictures of one size are from each other: the mean of all
// colours of all pixels.
func apart(a, b image.Image) float64 {
	size, sum := a.Bounds(), 0.0
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			r, g, bl, al := a.At(x, y).RGBA()
			r2, g2, bl2, al2 := b.At(x, y).RGBA()
			for _, d := range [][2]uint32{{r, r2}, {g, g2}, {bl, bl2}, {al, al2}} {
				sum += float64(max(d[0], d[1])-min(d[0], d[1])) / 257
			}
		}
	}
	return sum / float64(4*size.Dx()*size.Dy())
}
