package server

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Server is the dashboard. Make one with [New]; it is safe for concurrent use.
type Server struct {
	cfg      Config
	accounts accounts
	hasher   *hasher
	limits   *limits
	sessions *scs.SessionManager
	pages    pages
	assets   *assets
	world    func() *world
	memory   *memory // sessions
	now      *realtime
	streams  chan struct{} // one for each that is open
	closing  chan struct{} // closed when streams must end

	archiving sync.Mutex // held while an archive is written
	started   time.Time
	handler   http.Handler
}

// New checks cfg, all faults at once, and returns the dashboard. It reads no store yet and starts
// nothing in the background.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.normalise()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, accounts: accounts{cfg.Documents}, limits: newLimits(cfg.Now), memory: newMemory(time.Now), started: cfg.Now(),
		now: newRealtime(cfg.Reports, cfg.Zone), streams: make(chan struct{}, streamsMax), closing: make(chan struct{})}
	s.sessions = newSessions(cfg, s.memory)
	if s.hasher, err = newHasher(cfg.Rand); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(cfg.Prefix); err != nil {
		return nil, err
	}
	s.world, s.pages = sync.OnceValue(loadWorld), loadPages(cfg, s.assets)
	s.handler = s.routes()
	return s, nil
}

// Handler serves everything under the prefix. It wants the whole path, with the prefix not stripped.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) routes() http.Handler {
	mux, p := http.NewServeMux(), s.cfg.Prefix
	mux.HandleFunc("GET "+p+"/login", s.loginForm)
	mux.HandleFunc("POST "+p+"/login", s.login)
	mux.HandleFunc("POST "+p+"/logout", s.logout)
	mux.HandleFunc("GET "+p+"/setup", s.setupForm)
	mux.HandleFunc("POST "+p+"/setup", s.setup)
	mux.HandleFunc("POST "+p+"/view", s.setView)
	mux.Handle("GET "+p+"/{$}", s.member(s.overview))
	mux.Handle("GET "+p+"/realtime", s.member(s.realtimePage))
	mux.Handle("GET "+p+"/realtime/stream", s.member(s.stream))
	mux.Handle("POST "+p+"/notes/add", s.member(s.addNote))
	mux.Handle("POST "+p+"/notes/remove", s.member(s.removeNote))
	mux.Handle("POST "+p+"/views/save", s.member(s.saveView))
	mux.Handle("POST "+p+"/views/remove", s.member(s.removeView))
	mux.Handle("GET "+p+"/settings", s.member(s.settings))
	mux.Handle("POST "+p+"/settings/password", s.member(s.setPassword))
	mux.Handle("POST "+p+"/settings/alerts", s.member(s.setAlerts))
	if s.cfg.Mail != nil {
		mux.Handle("POST "+p+"/settings/digest", s.member(s.addDigest))
		mux.Handle("POST "+p+"/settings/undigest", s.member(s.removeDigest))
	}
	if s.cfg.Shared != nil {
		mux.HandleFunc("GET "+p+"/share/{token}", s.shared)
		mux.Handle("POST "+p+"/settings/share", s.member(s.addShare))
		mux.Handle("POST "+p+"/settings/unshare", s.member(s.revokeShare))
	}
	mux.Handle("GET "+p+"/technical", s.member(s.technical))
	mux.Handle("GET "+p+"/networks", s.member(s.networks))
	mux.Handle("GET "+p+"/returning", s.member(s.returning))
	mux.Handle("GET "+p+"/panel/{name}", s.member(s.panel))
	mux.Handle("GET "+p+"/list/{name}", s.member(s.list))
	mux.Handle("GET "+p+"/export/everything.json", s.member(s.exportEverything))
	mux.Handle("GET "+p+"/export/archive.json", s.member(s.archive))
	mux.Handle("GET "+p+"/export/{file}", s.member(s.export))
	mux.Handle("GET "+p+"/export/consents.csv", s.member(s.exportConsents))
	mux.Handle("GET "+p+"/export/consents.json", s.member(s.exportConsents))
	mux.Handle("GET "+p+"/consents", s.member(s.consents))
	if s.cfg.Findings != nil {
		mux.Handle("GET "+p+"/findings", s.member(s.findings))
		mux.Handle("GET "+p+"/export/findings.csv", s.member(s.exportFindings))
		mux.Handle("GET "+p+"/export/findings.json", s.member(s.exportFindings))
		mux.Handle("POST "+p+"/findings/declare", s.member(s.declare))
		mux.Handle("POST "+p+"/findings/remove", s.member(s.undeclare))
	}
	if s.cfg.Risk != nil {
		mux.Handle("GET "+p+"/security", s.member(s.security))
		for _, kind := range []string{"csv", "json"} {
			mux.Handle("GET "+p+"/export/security."+kind, s.member(s.exportSecurity))
			mux.Handle("GET "+p+"/export/incidents."+kind, s.member(s.exportIncidents))
		}
		mux.Handle("POST "+p+"/security/block", s.member(s.block))
		mux.Handle("POST "+p+"/security/unblock", s.member(s.unblock))
	}
	mux.Handle("GET "+p+"/health", s.member(s.health))
	mux.HandleFunc("GET "+p+"/licences", s.licences)
	mux.HandleFunc("GET "+p, func(w http.ResponseWriter, r *http.Request) { redirect(w, r, p+"/") })
	mux.Handle(p+"/", s.member(s.notFound))

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "server: refused a request that another origin made", s.logged(r))
		s.fail(w, r, http.StatusForbidden, "error.origin")
	}))
	outer := http.NewServeMux()
	outer.HandleFunc("GET "+p+"/static/{file}", s.assets.serve)
	outer.Handle("/", s.sessions.LoadAndSave(s.bounded(origin.Handler(mux))))
	return secured(outer)
}

// bodyMax bounds every form of the dashboard.
const bodyMax = 16 << 10

func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
		next.ServeHTTP(w, r)
	})
}
