//go:build e2e

package cmd

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The README opens with a picture of a room. It is this one, so that it shows
// what there is and not what once was; run go test -update after a change:
//
//	go test -tags e2e ./cmd -run TestBrowserReadme -update
func TestBrowserReadmePicture(t *testing.T) {
	port := freePort(t)
	p := start(t, options{env: map[string]string{"LAN": "true", "PORT": port, "SERVER_URL": "http://chat.test:" + port}})
	b := p.person(t, startBrowser(t), "Ann")
	b.expect("Cross-Origin-Opener-Policy") // which browsers obey over https only, and say so
	b.enter(p, "/chat/lake-weekend")
	b.fill("#side #name", "Ann")
	b.click("#side #name-form button")
	b.shows("#name-note", "Saved")

	p.base = "http://127.0.0.1:" + port // Only the browser knows the other name.
	bo, chiamaka := p.companion(t, "Bo", "lake-weekend"), p.companion(t, "Chiamaka", "lake-weekend")
	b.say("Are we still on for Saturday?")
	chiamaka.say("Yes! This is the view from the porch.")
	chiamaka.show(drawLake(t, 1200, 640), 1200, 640, "")
	const picture = "document.querySelector('.picture img')?.naturalWidth === 1200"
	b.see("the picture", picture)
	view := valueOf[string](b, "document.querySelector('.picture').closest('li').id.slice(2)")
	bo.change("react", view, `"emoji":"🌅","on":true`)
	chiamaka.change("react", view, `"emoji":"🌅","on":true`)
	bo.change("react", view, `"emoji":"🤩","on":true`)
	b.say("Lovely. The train leaves at 9:10, see https://example.org/trains")
	bo.write(fmt.Sprintf(`421["send_message",{"chat_id":"lake-weekend","message":"Then I bring coffee for three.","reply_to":%q}]`, b.idOf("9:10")))
	b.hears("coffee for three")
	chiamaka.write("41") // leaves
	b.see("who is left", "document.querySelector('#side-count').textContent === '2'")

	// Who comes now sees what was said, and not who came and went meanwhile.
	b.open("/chat/lake-weekend")
	b.inRoom()
	b.see("the picture", picture)
	b.see("what others think of it", "document.querySelectorAll('.chip').length === 2")
	b.emulate(laptop, "light")
	bo.types()
	b.shows("#typing", "Bo is typing")
	b.picture("readme")
	checkReadmePicture(t, filepath.Join(b.pictures, "readme.png"))
}

// checkReadmePicture compares the README's picture with one of today. Fonts, the
// time and the colours of people are not the same each time: other fonts come to
// 0.04 at worst, and another design of the page to 0.09.
func checkReadmePicture(t *testing.T, today string) {
	t.Helper()
	const path = "../docs/room.png"
	const most = 0.06
	if *update {
		b, err := os.ReadFile(today)
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatalf("writing: %v", err)
		}
	}
	got, want := readPNG(t, path), readPNG(t, today)
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s is %v, want %v", path, got.Bounds(), want.Bounds())
	}
	d := difference(got, want)
	t.Logf("%s differs from the room of today by %.3f", path, d)
	if d > most {
		t.Errorf("%s differs from the room of today, %s, by %.3f, want %.3f at most; run go test -tags e2e ./cmd -run TestBrowserReadme -update", path, today, d, most)
	}
}

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("decoding %s: %v", path, err)
	}
	return img
}

// difference tells how far apart two pictures of one size are, from 0 to 1: how
// much the mean colours of squares differ, so that the form of letters is lost.
func difference(a, b image.Image) float64 {
	const side = 20
	sum, squares := 0.0, 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y += side {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x += side {
			square := image.Rect(x, y, x+side, y+side)
			ofA, ofB := meanColour(a, square), meanColour(b, square)
			for i := range ofA {
				sum += math.Abs(ofA[i]-ofB[i]) / 3
			}
			squares++
		}
	}
	return sum / float64(squares)
}

// meanColour is the mean of red, green and blue, from 0 to 1 each.
func meanColour(img image.Image, square image.Rectangle) (mean [3]float64) {
	square = square.Intersect(img.Bounds())
	area := float64(square.Dx() * square.Dy())
	for y := square.Min.Y; y < square.Max.Y; y++ {
		for x := square.Min.X; x < square.Max.X; x++ {
			red, green, blue, _ := img.At(x, y).RGBA()
			for i, v := range []uint32{red, green, blue} {
				mean[i] += float64(v) / 0xffff / area
			}
		}
	}
	return mean
}

// drawLake draws hills behind a lake, at sunset.
func drawLake(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, lakeAt(float64(x)/float64(width), float64(y)/float64(height)))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatalf("drawing a lake: %v", err)
	}
	return b.Bytes()
}

// lakeAt is the colour of the lake at a place, from 0 to 1 each way.
func lakeAt(x, y float64) color.RGBA {
	const shore = 0.66
	depth := 0.0
	if y > shore { // the water mirrors what is above it, and is darker
		depth = 0.3
		y = shore - (y-shore)*1.2 + 0.006*math.Sin(y*150)
	}
	near := 0.52 + 0.16*math.Cos(4.2*(x-0.1))
	far := 0.47 + 0.07*math.Sin(7*x+0.6) + 0.02*math.Sin(23*x)
	sun := math.Hypot((x-0.27)*1.9, y-0.3)
	switch {
	case y > near:
		return blend(color.RGBA{24, 60, 52, 255}, depth)
	case y > far:
		return blend(color.RGBA{60, 92, 106, 255}, depth)
	case sun < 0.075:
		return blend(color.RGBA{255, 238, 196, 255}, depth)
	}
	glow := math.Exp(-4 * sun)
	sky := func(low, high float64) uint8 { return uint8(low + (high-low)*math.Min(1, 0.35*y/shore+0.75*glow)) }
	return blend(color.RGBA{sky(86, 255), sky(104, 196), sky(152, 128), 255}, depth)
}

// blend mixes a colour with that of deep water.
func blend(c color.RGBA, share float64) color.RGBA {
	mix := func(a uint8, b float64) uint8 { return uint8(float64(a)*(1-share) + b*share) }
	return color.RGBA{mix(c.R, 20), mix(c.G, 52), mix(c.B, 78), 255}
}
