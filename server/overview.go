package server

import "net/http"

func (s *Server) overview(w http.ResponseWriter, r *http.Request) { s.notFound(w, r) }
func (s *Server) panel(w http.ResponseWriter, r *http.Request)    { s.notFound(w, r) }
func (s *Server) list(w http.ResponseWriter, r *http.Request)     { s.notFound(w, r) }
func (s *Server) export(w http.ResponseWriter, r *http.Request)   { s.notFound(w, r) }
func (s *Server) health(w http.ResponseWriter, r *http.Request)   { s.notFound(w, r) }
