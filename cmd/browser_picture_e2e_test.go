//go:build e2e

package cmd

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// exchangePictures sends a picture with a caption, and one in the text as other
// clients do.
func exchangePictures(ann, bo *tab) {
	ann.t.Helper()
	file := filepath.Join(ann.t.TempDir(), "hill.png")
	if err := os.WriteFile(file, drawPNG(ann.t, 800, 400), 0o600); err != nil {
		ann.t.Fatalf("drawing a picture: %v", err)
	}
	valueOf[bool](bo, watchHeights)
	ann.choose("#files", file)
	ann.see("the picture before it is sent", "!document.querySelector('#preview-send').disabled && document.querySelector('#thumbs img')")
	ann.fill("#caption", "The hill behind the house")
	ann.look("preview")
	ann.click("#preview-send")
	bo.hears("The hill behind the house")
	bo.see("the picture", "document.querySelector('#rows .picture img')?.naturalWidth === 800")
	ann.sent()

	heights := valueOf[[]float64](bo, "[...heights]")
	if len(heights) != 1 || heights[0] < 100 {
		ann.t.Errorf("the picture had the heights %v, want one that is reserved before the picture is there", heights)
	}
	bo.openLightbox()

	ann.write("data:image/png;base64," + base64.StdEncoding.EncodeToString(drawPNG(ann.t, 40, 30)))
	bo.see("the picture in the text", "[...document.querySelectorAll('#rows .picture img')].some((i) => i.naturalWidth === 40)")
}

// attach picks files, looks at them and sends them.
func (b *tab) attach(files ...string) {
	b.t.Helper()
	b.choose("#files", files...)
	b.see("the pictures before they are sent", fmt.Sprintf("!document.querySelector('#preview-send').disabled && document.querySelectorAll('#thumbs img').length === %d", len(files)))
	b.click("#preview-send")
}

// watchHeights notes every height that the first picture of the log has, from
// the moment that it is there.
const watchHeights = `{
	globalThis.heights = new Set();
	const watch = () => {
		const picture = document.querySelector("#rows .picture");
		if (picture) heights.add(picture.getBoundingClientRect().height);
	};
	new MutationObserver(watch).observe(document.querySelector("#rows"), { childList: true, subtree: true, attributes: true });
	document.addEventListener("load", watch, true);
	true
}`

// openLightbox opens the picture alone, closes it with Escape, and expects the
// focus back where it was.
func (b *tab) openLightbox() {
	b.t.Helper()
	b.click("#rows .picture")
	b.see("the lightbox", "document.querySelector('#lightbox[open] img')?.naturalWidth === 800")
	b.shows("#lightbox-caption", " · The hill behind the house") // after who sent it, and when
	b.look("lightbox")
	b.press("Escape")
	b.see("the end of the lightbox", "!document.querySelector('#lightbox[open]')")
	b.see("the focus where it was", "document.activeElement === document.querySelector('#rows .picture')")
}

// drawPNG draws a hill at dusk.
func drawPNG(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{uint8(40 + 180*y/height), uint8(60 + 60*y/height), uint8(140 - 60*y/height), 255}
			if hill := height/2 + (x-width/2)*(x-width/2)*height/(width*width); y > hill {
				c = color.RGBA{20, uint8(50 + 40*x/width), 40, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatalf("drawing a picture: %v", err)
	}
	return b.Bytes()
}
