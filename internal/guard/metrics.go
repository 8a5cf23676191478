package guard

import (
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/stats"
)

// Metrics answers with the state of the guard in Prometheus' text format, version 0.0.4. It tells how much was counted and
// what became of it, and no value of any dimension: nothing about a visitor or a page. Serve it where the public cannot
// ask for it.
func (g *Guard) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		state := g.State()
		_, _ = w.Write(state.exposition())
	})
}

// exposition is such a text in the making.
type exposition struct{ strings.Builder }

// family begins a metric.
func (x *exposition) family(name, kind, help string) {
	x.WriteString("# HELP kelisim_" + name + " " + help + "\n# TYPE kelisim_" + name + " " + kind + "\n")
}

// sample adds a value, with labels in pairs. Labels are words of ours and need no escaping.
func (x *exposition) sample(name string, value int64, labels ...string) {
	x.WriteString("kelisim_" + name)
	for i := 0; i+1 < len(labels); i += 2 {
		x.WriteString([]string{"{", ","}[min(i, 1)] + labels[i] + `="` + labels[i+1] + `"`)
	}
	if len(labels) > 0 {
		x.WriteByte('}')
	}
	x.WriteString(" " + strconv.FormatInt(value, 10) + "\n")
}

// one adds a metric without labels.
func (x *exposition) one(name, kind, help string, value int64) {
	x.family(name, kind, help)
	x.sample(name, value)
}

// by adds a counter with one label, in the order of its values.
func (x *exposition) by(name, help, label string, values map[string]int64) {
	x.family(name, "counter", help)
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		x.sample(name, values[key], label, key)
	}
}

func (s *State) exposition() []byte {
	var x exposition
	x.one("hits_accepted_total", "counter", "Hits that were taken in to be counted.", s.Figures.Accepted)
	x.one("hits_stored_total", "counter", "Hits that the store has taken.", s.Spool.Stored)
	x.one("hits_waiting", "gauge", "Hits that wait in memory.", s.Figures.Waiting)
	x.one("hits_spooled", "gauge", "Hits that wait on disk for the store.", s.Spool.Hits)
	x.by("hits_dropped_total", "Hits that could not be counted, by reason.", "reason", s.Figures.Dropped)
	x.one("hits_missing", "gauge", "Accepted less stored, waiting, spooled and dropped: 0, or something is wrong.", s.Missing())
	x.one("hits_late_total", "counter", "Accepted hits of a day that was closed already, counted on the day after it.", s.Figures.Late)
	x.one("rows_folded_total", "counter", "Rows that the store left to other: over a cap, or of a day that was closed.", s.Spool.Folded)
	x.one("hits_own_total", "counter", "Page views left out because they were the site's own people's.", s.Own)
	x.others(s.Figures.Folded)
	x.one("lookups_shared_total", "counter", "Look-ups that found a full table of joint attributes.", s.Figures.Shared)
	x.one("visitors", "gauge", "Visitors held in memory, over the days that are alive.", s.Visitors.Visitors)
	x.one("visitors_capacity", "gauge", "Visitors of a day that can be told apart.", s.Visitors.Capacity)
	x.one("views_untracked_total", "counter", "Page views whose visitor found no room.", int64(s.Visitors.Untracked))
	x.one("views_untold_total", "counter", "Changes of visits that came too fast to be told to other processes.", int64(s.Visitors.Unnoted))
	x.one("visitors_anew", "gauge", "Visitors of today who may count twice, because who they were was not known any more.", s.mayCountTwice())
	x.company(&s.Peers)
	x.by("beacon_deliveries_total", "What pages told, by what became of it.", "fate", s.Beacon.Fates)
	x.one("beacon_tokens", "gauge", "Tokens of pages that are remembered as used.", int64(s.Beacon.Tokens))
	x.one("spool_batches", "gauge", "Batches that wait on disk.", int64(s.Spool.Batches))
	x.one("spool_entries", "gauge", "Records of consent that wait on disk.", int64(s.Spool.Entries))
	x.one("spool_bytes", "gauge", "Size of the spool on disk.", s.Spool.Bytes)
	x.one("store_failures_total", "counter", "Failures of handing over to the store.", int64(s.Spool.Faults))
	x.one("store_up", "gauge", "1 while the store takes what it is handed.", up(s.Spool.Fault == ""))
	x.one("faults_total", "counter", "Faults of the guard that were kept from the site.", s.Faults)
	x.one("ledger_entries", "gauge", "Records of consent under the last signed head.", s.Ledger.Size)
	x.one("ledger_up", "gauge", "1 while the ledger's log can be signed.", up(s.Ledger.Fault == ""))
	x.one("ledger_refused_total", "counter", "Grants that were not recorded because their network sent too many.", s.Ledger.Refused)
	x.by("csp_reports_total", "Reports of browsers, by what they were about.", "class", s.Reports.Classes)
	x.one("goroutines", "gauge", "Goroutines of the process.", int64(runtime.NumGoroutine()))
	return []byte(x.String())
}

// company tells of the other processes that count together with this one.
func (x *exposition) company(p *peers.VisitorsFigures) {
	x.one("peers", "gauge", "Other processes of the site that count visitors together with this one.", int64(p.Others))
	x.one("peers_up", "gauge", "1 while they can be heard; 0 too where the store lets no process reach another.", up(p.Up))
	x.by("peers_messages_total", "Messages between processes, by what became of them.", "fate", map[string]int64{
		"told": p.Topic.Told, "untold": p.Topic.Untold, "heard": p.Topic.Heard, "strange": p.Topic.Strange, "stale": p.Topic.Stale,
		"refused": p.Refused, "foreign": p.Foreign, "overflow": p.Overflow, "incomplete": p.Incomplete,
	})
}

// mayCountTwice is how many visitors of today may be counted a second time.
func (s *State) mayCountTwice() (n int64) {
	for _, a := range s.Anew {
		n += a.Upto
	}
	return n
}

// others tells what was left to "other", by dimension and reason.
func (x *exposition) others(folded map[stats.Dimension]stats.FoldedFigures) {
	const name = "hits_other_total"
	x.family(name, "counter", "Hits that are in the totals and in no row of a dimension, by reason.")
	for dim := range stats.Dimensions() {
		f, ok := folded[dim]
		if !ok {
			continue
		}
		x.sample(name, f.Capped, "dimension", dim.String(), "reason", "capped")
		x.sample(name, f.Held, "dimension", dim.String(), "reason", "held")
		x.sample(name, f.Late, "dimension", dim.String(), "reason", "late")
	}
}

func up(ok bool) int64 {
	if ok {
		return 1
	}
	return 0
}

// Missing is what was accepted and is nowhere: 0, or something was lost or counted twice. While counts move from memory to
// disk it may differ for a moment by those on the way.
func (s *State) Missing() int64 {
	missing := s.Figures.Accepted - s.Figures.Waiting - s.Spool.Hits - s.Spool.Stored
	for _, n := range s.Figures.Dropped {
		missing -= n
	}
	return missing
}
