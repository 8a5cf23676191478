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
		now: newRealtime(cfg.Passing, cfg.Zone), streams: make(chan struct{}, streamsMax), closing: make(chan struct{})}
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
	s.gateRoutes(mux, p)
	s.pageRoutes(mux, p)
	s.settingRoutes(mux, p)
	s.fileRoutes(mux, p)
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
