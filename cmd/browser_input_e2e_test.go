//go:build e2e

package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Words and pictures come in by every way that a browser has.
func TestBrowserInput(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/pantry")
	bo := p.companion(t, "Bo", "pantry")

	t.Run("an input method", func(t *testing.T) {
		b.compose(":smi")
		b.press("Enter, composing")
		b.see("the words that are still composed", "document.querySelector('#text').value === ':smi' && !document.querySelector('.message.mine')")
		b.see("no list of emoji", "document.querySelector('#choices')?.hidden")
		b.insert("にほんご")
		b.press("Enter, composed")
		b.see("the words", "document.querySelector('#text').value === 'にほんご' && !document.querySelector('.message.mine')")
		b.press("Enter")
		b.hears("にほんご")
		b.sent()
	})

	t.Run("a picture from the clipboard", func(t *testing.T) {
		valueOf[bool](b, fmt.Sprintf(`(async () => {
			const bytes = Uint8Array.from(atob(%q), (c) => c.charCodeAt(0));
			await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
			window.copied = true;
		})(), true`, base64.StdEncoding.EncodeToString(drawPNG(t, 90, 60))))
		b.see("a picture in the clipboard", "window.copied")
		b.press("Ctrl+V")
		b.see("the picture before it is sent", "!document.querySelector('#preview-send').disabled && document.querySelector('#thumbs img')?.naturalWidth === 90")
		b.press("Enter") // from the caption, where the focus is
		b.see("the picture", "[...document.querySelectorAll('.message.mine .picture img')].some((i) => i.naturalWidth === 90)")
		b.sent()
		b.focusOn("#text")
	})

	t.Run("three dropped files", func(t *testing.T) {
		dir := t.TempDir()
		var files []string
		for i := range 3 {
			files = append(files, keepFile(t, dir, fmt.Sprintf("hill %d.png", i), drawPNG(t, 100+10*i, 80)))
		}
		b.drag(input.DispatchDragEventTypeDragEnter, files)
		b.see("where to drop them", "!document.querySelector('#drop').hidden")
		b.pictureOn("dropping", laptop)
		b.drag(input.DispatchDragEventTypeDragOver, files)
		b.drag(input.DispatchDragEventTypeDrop, files)
		b.see("three pictures", "!document.querySelector('#preview-send').disabled && document.querySelectorAll('#thumbs img').length === 3")
		b.see("no place to drop", "document.querySelector('#drop').hidden")
		b.lookOn("preview-three", laptop, small)
		b.click("#thumbs .icon-button")
		b.see("two of them", "document.querySelectorAll('#thumbs img').length === 2")
		b.fill("#caption", "Two hills")
		b.click("#preview-send")
		b.see("both", "[110, 120].every((w) => [...document.querySelectorAll('.message.mine .picture img')].some((i) => i.naturalWidth === w))")
		b.sent()
	})

	t.Run("a photo that tells too much", func(t *testing.T) {
		photo := keepFile(t, t.TempDir(), "house.jpg", sidewaysJPEG(t))
		b.attach(photo)
		b.see("the photo upright", "[...document.querySelectorAll('.message.mine .picture img')].at(-1)?.naturalHeight === 60")
		b.see("what was on the left above", `(() => {
			const canvas = document.createElement("canvas");
			const pen = canvas.getContext("2d");
			pen.drawImage([...document.querySelectorAll('.message.mine .picture img')].at(-1), 0, 0);
			const [red, , blue] = pen.getImageData(15, 8, 1, 1).data;
			return red > 200 && blue < 60;
		})()`)
		b.sent()
		sent := strings.ToLower(string(bo.lastFile()))
		for _, secret := range []string{"exif", "keeper", "camera"} {
			if strings.Contains(sent, secret) {
				t.Errorf("what was sent of a photo has %q in it", secret)
			}
		}
		if len(sent) == 0 {
			t.Error("nothing was sent of a photo")
		}
	})

	t.Run("files that are left out", func(t *testing.T) {
		dir := t.TempDir()
		attack := `<img src=x onerror="document.title='broken in'">`
		b.choose("#files",
			keepFile(t, dir, "wide.png", headerPNG(5000, 5000)),
			keepFile(t, dir, "bomb.png", headerPNG(50_000, 50_000)),
			keepFile(t, dir, "tower.png", headerPNG(1, 1<<31-1)),
			keepFile(t, dir, "IMG_1.HEIC", headerHEIC()),
			keepFile(t, dir, attack, []byte("no picture")),
		)
		for _, sentence := range []string{"wide.png has more than 24 megapixels", "bomb.png has more", "tower.png has more",
			"cannot read IMG_1.HEIC, which is a HEIC photo", attack + " is not a picture"} {
			b.shows("#preview-problem", sentence)
		}
		b.see("nothing to send", "document.querySelector('#preview-send').disabled && !document.querySelector('#thumbs img') && document.title !== 'broken in'")
		b.lookOn("preview-refused", laptop, small)
		b.press("Escape")
		b.see("no dialog", "!document.querySelector('#preview').open")
	})

	t.Run("pictures that were cancelled", func(t *testing.T) {
		dir := t.TempDir()
		valueOf[bool](b, `{
			const [decode, forget] = [createImageBitmap, URL.revokeObjectURL];
			globalThis.begun = globalThis.forgotten = 0;
			globalThis.createImageBitmap = async (...what) => {
				if (++begun === 1) await new Promise((go) => { globalThis.goOn = go; });
				return decode(...what);
			};
			URL.revokeObjectURL = (url) => { forgotten++; return forget.call(URL, url); };
			true
		}`)
		b.choose("#files", keepFile(t, dir, "first.png", drawPNG(t, 80, 40)), keepFile(t, dir, "second.png", drawPNG(t, 82, 40)))
		b.see("the first on its way", "globalThis.goOn && document.querySelector('#preview').open")
		b.press("Escape")
		b.see("no dialog", "!document.querySelector('#preview').open")
		b.choose("#files", keepFile(t, dir, "other.png", drawPNG(t, 84, 40)))
		b.see("what was picked now", "!document.querySelector('#preview-send').disabled && document.querySelector('#thumbs img')?.naturalWidth === 84")
		valueOf[bool](b, "goOn(), true")
		b.see("the end of the first", "forgotten === 1")
		if got := valueOf[[]int](b, "[document.querySelectorAll('#thumbs li').length, begun]"); got[0] != 1 || got[1] != 2 {
			t.Errorf("there are %d pictures after %d were decoded, want the one that was not cancelled", got[0], got[1])
		}
		// Somebody quick picks the next before the page has heard that the dialog is closed.
		valueOf[bool](b, `{
			const canvas = Object.assign(document.createElement("canvas"), { width: 86, height: 40 });
			canvas.toBlob((blob) => {
				const [field, data] = [document.querySelector("#files"), new DataTransfer()];
				data.items.add(new File([blob], "quick.png", { type: "image/png" }));
				document.querySelector("#preview").close();
				field.files = data.files;
				field.dispatchEvent(new Event("change", { bubbles: true }));
			});
			true
		}`)
		b.see("what was picked next", "!document.querySelector('#preview-send').disabled && document.querySelector('#thumbs img')?.naturalWidth === 86")
		b.press("Escape")
		b.see("no dialog", "!document.querySelector('#preview').open")
	})

	t.Run("back and forward", func(t *testing.T) {
		b.fill("#text", "half a thou")
		b.open("/")
		valueOf[bool](b, "history.back(), true")
		b.at("/chat/pantry")
		b.inRoom()
		b.hears("にほんご")
		b.see("the draft", "document.querySelector('#text').value === 'half a thou'")
		valueOf[bool](b, "history.forward(), true")
		b.at("/")
		b.shows("#rooms", "pantry")
	})
}

// compose is what an input method does until it is sure of the words.
func (b *tab) compose(text string) {
	b.t.Helper()
	b.do("composing", func(ctx context.Context) error {
		n := int64(len(text))
		_, err := chromedp.Call(ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: n, SelectionEnd: n})
		return err
	})
}

// insert puts a text where the focus is, in the place of what is composed.
func (b *tab) insert(text string) {
	b.t.Helper()
	b.do("inserting", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// drag moves files over the page, or drops them.
func (b *tab) drag(kind input.DispatchDragEventType, files []string) {
	b.t.Helper()
	b.do("dragging files", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: 400, Y: 300,
			Data: &input.DragData{Items: []*input.DragDataItem{}, Files: files, DragOperationsMask: 1}})
		return err
	})
}

// keepFile writes a file and returns its path.
func keepFile(t *testing.T, dir, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatalf("keeping a file: %v", err)
	}
	return path
}

// sentFile is what a message says of its file.
type sentFile struct{ URL, Blur string }

// lastSent is the file of the last message in the companion's room.
func (g *companion) lastSent() sentFile {
	g.t.Helper()
	g.write(fmt.Sprintf(`429["history",{"chat_id":%q,"limit":1}]`, g.room))
	var answer []struct {
		Messages []struct{ File sentFile }
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(g.expect(g.t, "439"), "439")), &answer); err != nil {
		g.t.Fatalf("reading the history: %v", err)
	}
	if len(answer) != 1 || len(answer[0].Messages) != 1 {
		g.t.Fatalf("the history is %v", answer)
	}
	return answer[0].Messages[0].File
}

// lastFile is what is in it.
func (g *companion) lastFile() []byte {
	g.t.Helper()
	r := g.browser.do(g.t, g.browser.request(g.t, http.MethodGet, g.lastSent().URL, ""))
	if r.status != http.StatusOK {
		g.t.Fatalf("the file answers %d", r.status)
	}
	return bytes.Clone([]byte(r.body))
}
