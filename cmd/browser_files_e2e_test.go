//go:build e2e

package cmd

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
)

// sidewaysJPEG is a photo of 60 by 30 pixels, red on the left and blue on the
// right, whose metadata say that it was taken with the camera on its side, by
// whom and with what.
func sidewaysJPEG(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 60, 30))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(30, 0, 60, 30), image.NewUniform(color.RGBA{0, 0, 255, 255}), image.Point{}, draw.Src)
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatalf("encoding a photo: %v", err)
	}
	const orientation, artist = 0x0112, 0x013b
	tiff := []byte("II*\x00\x08\x00\x00\x00\x02\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, "\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"...) // a short: turn to the right
	tiff = binary.LittleEndian.AppendUint16(tiff, artist)
	tiff = append(tiff, "\x02\x00\x0b\x00\x00\x00\x26\x00\x00\x00"...) // a text of 11 bytes, behind the table
	tiff = append(tiff, "\x00\x00\x00\x00the keeper\x00"...)
	photo := append([]byte{}, plain.Bytes()[:2]...)
	for marker, body := range map[byte]string{0xe1: "Exif\x00\x00" + string(tiff), 0xfe: "a camera of the house"} {
		photo = append(photo, 0xff, marker)
		photo = binary.BigEndian.AppendUint16(photo, uint16(len(body)+2))
		photo = append(photo, body...)
	}
	return append(photo, plain.Bytes()[2:]...)
}

// headerPNG claims a size and has no pixels.
func headerPNG(width, height uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(size, 8, 6, 0, 0, 0))...)
}

// ballastPNG puts a text into a picture that is large once it is unpacked.
func ballastPNG(t *testing.T, picture []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	packed.WriteString("Comment\x00\x00")
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 16<<20)); err != nil {
		t.Fatalf("packing a text: %v", err)
	}
	if err := z.Close(); err != nil {
		t.Fatalf("packing a text: %v", err)
	}
	const head = 8 + 25 // the signature and IHDR
	return append(append(append([]byte{}, picture[:head]...), pngChunk("zTXt", packed.Bytes())...), picture[head:]...)
}

func pngChunk(name string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, name...), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// clearPNG is 40 by 20 pixels: nothing on the left, red on the right.
func clearPNG(t *testing.T) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	draw.Draw(img, image.Rect(20, 0, 40, 20), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatalf("encoding a picture: %v", err)
	}
	return b.Bytes()
}

// noiseJPEG is a photo that no encoder makes small.
func noiseJPEG(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	dice := rand.NewChaCha8([32]byte{1})
	_, _ = dice.Read(img.Pix) // it never fails
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatalf("encoding a photo: %v", err)
	}
	return b.Bytes()
}

// headerHEIC is how a phone's photo begins.
func headerHEIC() []byte {
	file := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1")
	file = append(file, "\x00\x00\x00\x14ispe\x00\x00\x00\x00"...)
	return append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(file, 4032), 3024), make([]byte, 64)...)
}

// restlessGIF has so many frames.
func restlessGIF(frames int) []byte {
	file := []byte("GIF89a\x08\x00\x08\x00\x80\x00\x00\x14\x68\x5a\xff\xa2\x85")
	for range frames {
		file = append(file, "\x21\xf9\x04\x00\x02\x00\x00\x00"...)                 // shown for 20 ms
		file = append(file, "\x2c\x00\x00\x00\x00\x08\x00\x08\x00\x00\x02\x07"...) // all of it
		file = append(file, "\x84\x8f\xa9\xcb\xed\x5d\x00\x00"...)                 // the pixels, as far as they go
	}
	return append(file, 0x3b)
}
