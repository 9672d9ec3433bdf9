package chat

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/url"
	"strings"

	"chat/ui"
)

// Home shows a new room with its link. A room that nobody enters does not
// exist, so looking at this page, or loading it ahead, uses nothing up.
func (s *Server) Home(w http.ResponseWriter, r *http.Request) error {
	v, err := s.cfg.Visitor(r)
	if err != nil {
		return err
	}
	room := strings.ToLower(rand.Text()) // 130 random bits
	qr, err := s.roomQR(room)
	if err != nil {
		return err
	}
	s.cfg.Site.Render(w, r, http.StatusOK, ui.HomePage{Name: v.Name, Room: room, URL: s.roomURL(room), QR: qr})
	return nil
}

// Page is the page of one room.
func (s *Server) Page(w http.ResponseWriter, r *http.Request) error {
	v, err := s.cfg.Visitor(r)
	if err != nil {
		return err
	}
	room := r.PathValue("room")
	if !roomName.MatchString(room) {
		return &ui.Error{Status: http.StatusNotFound, Code: "not_found",
			Text: ui.Say("error.bad_room")}
	}
	qr, err := s.roomQR(room)
	if err != nil {
		return err
	}
	s.cfg.Site.Render(w, r, http.StatusOK, ui.RoomPage{
		Name:      v.Name,
		VisitorID: v.ID,
		Room:      room,
		URL:       s.roomURL(room),
		QR:        qr,
		MaxText:   s.cfg.Limits.Text,
		MaxUpload: s.cfg.Limits.Upload,
		MaxPixels: s.cfg.Limits.Pixels,
	})
	return nil
}

// roomQR is the code of a room's link, or the zero QR where the link is one that
// another device cannot follow.
func (s *Server) roomQR(room string) (ui.QR, error) {
	base, err := url.Parse(s.cfg.BaseURL)
	if err != nil {
		return ui.QR{}, err
	}
	host := base.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return ui.QR{}, nil
	}
	return ui.NewQR(s.roomURL(room))
}
