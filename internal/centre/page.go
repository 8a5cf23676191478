package centre

import "net/http"

func (h *handler) home(w http.ResponseWriter, r *http.Request)   {}
func (h *handler) notice(w http.ResponseWriter, r *http.Request) {}

func (h *handler) refuse(w http.ResponseWriter, r *http.Request, status int, key string) {
	h.fail(w, r, status, key, nil)
}

func (h *handler) fail(w http.ResponseWriter, r *http.Request, status int, key string, s *state) {
}
