package risk

import (
	"net/http"
	"strings"
)

// Observe takes in the status with which the site answered a request that was assessed, and reports whether the
// verdict on its address changed. The verdict is what the next request would meet.
func (e *Engine) Observe(q *Request, status int) (v Verdict, changed bool) {
	if !q.judged || q.exempt || q.verified {
		return v, false
	}
	if status < 400 {
		e.learn(q, status)
		return v, false
	}
	facets, kinds := look(q.path)
	found := q.findings(status, facets, kinds&^e.served.Load())
	if found == 0 && status >= 500 {
		return v, false
	}
	v, changed, fresh, first := e.take(q, status, facets, found)
	if key, err := e.keys.at(q.now); fresh != 0 && err == nil {
		e.attacked(q, key, fresh, first)
	}
	return v, changed
}

// learn remembers which kinds of programs the site runs, so that a dead link to one is no sign of anything.
func (e *Engine) learn(q *Request, status int) {
	dot := strings.LastIndexByte(q.path, '.')
	if status >= 300 || dot < 0 || len(q.path)-dot > 7 || q.instant != 0 {
		return
	}
	var buffer [64]byte
	if kind := scriptExtensions[string(lower(q.path[dot+1:], &buffer))]; kind != 0 {
		e.served.Or(kind)
	}
}

// missing reports an answer that says: there is no such thing here, or not for you.
func missing(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusNotImplemented, http.StatusUnavailableForLegalReasons:
		return true
	}
	return false
}

// findings is the evidence of one answer.
func (q *Request) findings(status int, f facet, foreign uint32) (m marks) {
	if !missing(status) {
		return 0
	}
	if foreign != 0 {
		m.set(scriptMissing)
	}
	if f&facetSecret != 0 {
		m.set(secretMissing)
	}
	if f&facetAdmin != 0 {
		m.set(adminMissing)
	}
	if !q.reads() {
		m.set(writeMissing)
	}
	if f&facetRandom != 0 && (q.instant.has(agentTool) || q.instant.has(agentUnknown) || q.instant.has(agentNone)) {
		m.set(randomMissing)
	}
	return m
}

// take fills the buckets that depend on the answer.
func (e *Engine) take(q *Request, status int, f facet, found marks) (v Verdict, changed bool, fresh marks, first bool) {
	v = Verdict{Who: q.who, Mode: e.mode, Country: q.place.Country, Net: q.place.Net}
	s := e.table.shard(q.lane)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, q.lane, q.now)
	now := entry.touch(q.now)
	before := entry.active(now)
	if entry.empty(probeScan, now) && entry.empty(secretScan, now) && entry.empty(adminScan, now) && entry.empty(enumeration, now) {
		entry.things[ringPaths] = ring{}
	}
	run := func(sign signal) {
		if pour(&entry.fill[sign], now, signals[sign].Limit, signals[sign].Leak, 1000) {
			found.set(sign)
		}
	}
	if q.method == http.MethodPost && f&facetLogin != 0 && status < 500 {
		run(loginFailed)
	}
	if missing(status) && f&facetStatic == 0 || found.has(scriptMissing) || found.has(secretMissing) {
		query := strings.IndexByte(q.target, '?') >= 0
		if query && status == http.StatusNotFound && entry.things[ringPaths].meet(e.hash(q.target)) {
			run(enumeration)
		}
		if entry.things[ringPaths].meet(e.hash(q.path)) {
			run(probeScan)
			if f&facetSecret != 0 {
				run(secretScan)
			}
			if f&facetAdmin != 0 {
				run(adminScan)
			}
		}
	}
	found &^= e.rules.Load().off
	fresh, first = e.holdAll(entry, found, now)
	after := entry.active(now)
	if after == before {
		return v, false, fresh, first
	}
	e.conclude(&v, q, q.instant|after, entry, now)
	return v, true, fresh, first
}
