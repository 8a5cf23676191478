package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/geo/mmdb"
	"github.com/kelisim/kelisim/server"
)

// places finds addresses in the site's own databases first, then in the embedded tables.
type places struct {
	geo.Locator
	own      *mmdb.DB // nil where the site has none
	embedded *geo.Table
}

// locator opens the databases.
func (f storeFlags) locator() (*places, error) {
	embedded, err := geo.Embedded()
	if err != nil {
		return nil, err
	}
	if len(f.Geo) == 0 {
		return &places{embedded, nil, embedded}, nil
	}
	own, err := mmdb.Open(f.Geo...)
	if err != nil {
		return nil, usageError{err}
	}
	return &places{geo.Stack{own, embedded}, own, embedded}, nil
}

// refreshEvery is how often the files of the site's own databases are looked at.
const refreshEvery = time.Minute

// follow keeps the site's own databases in step with their files, and takes SIGHUP as a request to read them at
// once, until the function that it returns is called.
func (p *places) follow(logger *slog.Logger) (stop func()) {
	if p.own == nil {
		return func() {}
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	ticker := time.NewTicker(refreshEvery)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { p.run(ctx, ticker.C, hangups, logger) })
	return func() {
		signal.Stop(hangups)
		ticker.Stop()
		cancel()
		running.Wait()
	}
}

// run refreshes at each tick and reads everything anew at each signal. A file that is refused leaves the database
// in use that was last good in it.
func (p *places) run(ctx context.Context, ticks <-chan time.Time, hangups <-chan os.Signal, logger *slog.Logger) {
	for {
		var swapped bool
		var err error
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			swapped, err = p.own.Refresh()
		case <-hangups:
			err = p.own.Reload()
			swapped = err == nil
		}
		if err != nil {
			logger.Error("a location database is refused; the one before stays in use", "error", err)
		}
		if swapped {
			logger.Info("location databases are read anew", "built", p.own.Built().Format(time.DateOnly))
			p.warn(logger, time.Now())
		}
	}
}

// warn tells of data that is stale.
func (p *places) warn(logger *slog.Logger, now time.Time) {
	for _, t := range p.tables(now) {
		if t.Stale {
			logger.Warn("location data is old and weighs less; kelisim geo update, or a newer version of the program, brings newer",
				"source", t.Name, "built", t.Built.Format(time.DateOnly))
		}
	}
}

// tables says what the dashboard shows of the data.
func (p *places) tables(now time.Time) (all []server.GeoTable) {
	if p.own != nil {
		for _, db := range p.own.Databases() {
			all = append(all, server.GeoTable{Name: db.Type, Built: db.Built, Stale: geo.Stale(db.Built, now)})
		}
	}
	for _, set := range p.embedded.Datasets() {
		all = append(all, server.GeoTable{Name: set.Source, Built: set.Built, Stale: geo.Stale(set.Built, now)})
	}
	return all
}
