package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"chat/chat/files"
	"chat/ui"
)

// uploadTime is how long an upload may take.
const uploadTime = 5 * time.Minute

var (
	errUploadEmpty = &ui.Error{Status: http.StatusBadRequest, Code: "empty"}
	// Each upload under way reserves the room of the longest file, so a few people
	// who send slowly could take all of it.
	errUploadsUnderWay = &ui.Error{Status: http.StatusTooManyRequests, Code: "uploads_under_way", RetryAfter: 10 * time.Second}

	errNotFound = &ui.Error{Status: http.StatusNotFound, Code: "not_found", Text: ui.Say("error.no_file")}
)

// uploadTooLarge is the answer to a file of more bytes than the most.
func uploadTooLarge(most int) error {
	return &ui.Error{Status: http.StatusRequestEntityTooLarge, Code: "too_large",
		Text: ui.Say("error.upload_too_large", "mb", strconv.FormatFloat(float64(most)/(1<<20), 'g', 3, 64))}
}

// filesAway is the answer while the files cannot be reached, which may pass.
func filesAway(err error) error {
	return &ui.Error{Status: http.StatusServiceUnavailable, Code: "unavailable", Err: err, RetryAfter: 5 * time.Second,
		Text: ui.Say("error.files_away")}
}

// Upload takes a file for a room that the visitor joined: the bytes are the
// body of the request. It answers with the name by which a message can refer to
// the file.
func (s *Server) Upload(w http.ResponseWriter, r *http.Request) error {
	v, room, err := s.visitFor(r)
	if err != nil {
		return err
	}
	defer s.release(room)
	if r.ContentLength > int64(s.cfg.Limits.Upload) {
		return uploadTooLarge(s.cfg.Limits.Upload)
	}
	b := s.budgets.of(v.ID, s.cfg.Now())
	if !b.beginUpload() {
		return errUploadsUnderWay
	}
	defer b.endUpload()
	if err := s.chargeUpload(b); err != nil {
		return err
	}
	file, err := room.receive(w, r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(file)
}

type uploadAnswer struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Size int64  `json:"size"`
}

// visitFor finds the room of a request for somebody who is or was in it, and
// holds it until release.
func (s *Server) visitFor(r *http.Request) (Visitor, *Room, error) {
	v, err := s.cfg.Visitor(r)
	if err != nil {
		return Visitor{}, nil, err
	}
	room, ok := s.visit(r.PathValue("room"), v.ID)
	if !ok {
		return Visitor{}, nil, errNotFound
	}
	return v, room, nil
}

// chargeUpload counts an upload against the visitor's budget.
func (s *Server) chargeUpload(b *budget) error {
	now, uploads := s.cfg.Now(), b.uploads
	if uploads.AllowN(now, 1) {
		return nil
	}
	missing := 1 - uploads.TokensAt(now)
	return &ui.Error{
		Status:     http.StatusTooManyRequests,
		Code:       "rate_limited",
		RetryAfter: time.Duration(missing * float64(time.Hour) / float64(s.cfg.Limits.Uploads)),
	}
}

func (room *Room) receive(w http.ResponseWriter, r *http.Request) (uploadAnswer, error) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	most := room.server.cfg.Limits.Upload
	name, size, err := room.server.cfg.Files.Save(r.Context(), room.name, http.MaxBytesReader(w, r.Body, int64(most)))
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge || errors.Is(err, files.ErrLong):
		return uploadAnswer{}, uploadTooLarge(most)
	case errors.Is(err, files.ErrEmpty):
		return uploadAnswer{}, errUploadEmpty
	case errors.Is(err, files.ErrUnavailable):
		return uploadAnswer{}, filesAway(err)
	case errors.Is(err, files.ErrFull):
		return uploadAnswer{}, &ui.Error{Status: http.StatusInsufficientStorage, Code: "full", Err: err}
	case err != nil && r.Context().Err() != nil:
		return uploadAnswer{}, &ui.Error{Status: http.StatusBadRequest, Code: "aborted", Err: err}
	case err != nil:
		return uploadAnswer{}, fmt.Errorf("saving an upload: %w", err)
	}
	return uploadAnswer{Name: name, URL: fileURL(room.name, name), Size: size}, nil
}

func fileURL(room, name string) string { return "/chat/" + room + "/files/" + name }

// Download sends a file to somebody who is or was in its room. To all others,
// and for a file there never was, the answer is the same. The headers keep a
// browser from running or showing it, whatever is in it: the page makes pictures
// of the bytes itself.
func (s *Server) Download(w http.ResponseWriter, r *http.Request) error {
	_, room, err := s.visitFor(r)
	if err != nil {
		return err
	}
	defer s.release(room)
	name := r.PathValue("name")
	f, err := s.cfg.Files.Open(r.Context(), room.name, name)
	if errors.Is(err, files.ErrNone) {
		return errNotFound
	}
	if errors.Is(err, files.ErrUnavailable) {
		return filesAway(err)
	}
	if err != nil {
		return fmt.Errorf("opening an upload: %w", err)
	}
	defer f.Close()
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	header.Add("Content-Security-Policy", "sandbox; default-src 'none'") // beside the one of every answer; both hold
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}
