package server

import "net/http"

// gateRoutes are what is open to those who are not signed in.
func (s *Server) gateRoutes(mux *http.ServeMux, p string) {
	mux.HandleFunc("GET "+p+"/login", s.loginForm)
	mux.HandleFunc("POST "+p+"/login", s.login)
	mux.HandleFunc("POST "+p+"/logout", s.logout)
	mux.HandleFunc("GET "+p+"/setup", s.setupForm)
	mux.HandleFunc("POST "+p+"/setup", s.setup)
	mux.HandleFunc("POST "+p+"/view", s.setView)
	mux.HandleFunc("GET "+p+"/licences", s.licences)
	if s.cfg.Shared != nil {
		mux.HandleFunc("GET "+p+"/share/{token}", s.shared)
	}
}

// pageRoutes are the pages, and what is done from them.
func (s *Server) pageRoutes(mux *http.ServeMux, p string) {
	mux.Handle("GET "+p+"/{$}", ranged(s, "overview", s.anyPeriod, s.newOverview))
	mux.Handle("GET "+p+"/technical", ranged(s, "technical", s.ownPeriod, s.newTechnicalPage))
	mux.Handle("GET "+p+"/networks", ranged(s, "networks", s.ownPeriod, s.newNetworksPage))
	mux.Handle("GET "+p+"/returning", ranged(s, "returning", s.returningPeriod, s.newReturningPage))
	mux.Handle("GET "+p+"/realtime", s.member(s.realtimePage))
	mux.Handle("GET "+p+"/realtime/stream", s.member(s.stream))
	mux.Handle("GET "+p+"/panel/{name}", s.member(s.panel))
	mux.Handle("GET "+p+"/list/{name}", s.member(s.list))
	mux.Handle("GET "+p+"/consents", s.member(s.consents))
	mux.Handle("GET "+p+"/health", s.member(s.health))
	mux.Handle("POST "+p+"/notes/add", s.member(s.addNote))
	mux.Handle("POST "+p+"/notes/remove", s.member(s.removeNote))
	mux.Handle("POST "+p+"/views/save", s.member(s.saveView))
	mux.Handle("POST "+p+"/views/remove", s.member(s.removeView))
	if s.cfg.Findings != nil {
		mux.Handle("GET "+p+"/findings", s.member(s.findings))
		mux.Handle("POST "+p+"/findings/declare", s.member(s.declare))
		mux.Handle("POST "+p+"/findings/remove", s.member(s.undeclare))
	}
	if s.cfg.Risk != nil {
		mux.Handle("GET "+p+"/security", s.member(s.security))
		mux.Handle("POST "+p+"/security/block", s.member(s.block))
		mux.Handle("POST "+p+"/security/unblock", s.member(s.unblock))
	}
}

// settingRoutes are the page of settings, and what is set there.
func (s *Server) settingRoutes(mux *http.ServeMux, p string) {
	mux.Handle("GET "+p+"/settings", s.member(s.settings))
	mux.Handle("POST "+p+"/settings/password", s.member(s.setPassword))
	mux.Handle("POST "+p+"/settings/alerts", s.member(s.setAlerts))
	if s.cfg.Mail != nil {
		mux.Handle("POST "+p+"/settings/digest", s.member(s.addDigest))
		mux.Handle("POST "+p+"/settings/undigest", s.member(s.removeDigest))
	}
	if s.cfg.Shared != nil {
		mux.Handle("POST "+p+"/settings/share", s.member(s.addShare))
		mux.Handle("POST "+p+"/settings/unshare", s.member(s.revokeShare))
	}
}

// fileRoutes are the files that the pages give.
func (s *Server) fileRoutes(mux *http.ServeMux, p string) {
	mux.Handle("GET "+p+"/export/{file}", s.member(s.export))
	mux.Handle("GET "+p+"/export/everything.json", s.member(s.exportEverything))
	mux.Handle("GET "+p+"/export/archive.json", s.member(s.archive))
	both := func(name string, serve http.HandlerFunc) {
		mux.Handle("GET "+p+"/export/"+name+".csv", s.member(serve))
		mux.Handle("GET "+p+"/export/"+name+".json", s.member(serve))
	}
	both("consents", s.exportConsents)
	if s.cfg.Findings != nil {
		both("findings", s.exportFindings)
	}
	if s.cfg.Risk != nil {
		both("security", s.exportSecurity)
		both("incidents", s.exportIncidents)
	}
}
