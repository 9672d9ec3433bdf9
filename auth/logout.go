package auth

import "net/http"

// Logout ends the session, here and in Redis, and goes to the login. When Redis
// is down it says so and ends nothing: a cookie that is merely forgotten would
// still open.
func (s *Server) Logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.endAll(r); err != nil {
		return err
	}
	s.expire(w, s.sessions.Cookie.Name, "/")
	seeOther(w, "/auth")
	return nil
}

// expire makes the browser forget a cookie.
func (s *Server) expire(w http.ResponseWriter, name, path string) {
	http.SetCookie(w, &http.Cookie{
		Name:     name,
		Path:     path,
		MaxAge:   -1,
		Secure:   s.config.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}
