package risk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Incident is a verdict that asks for more than a note: what happened, or in shadow mode what would have. It holds no
// address, only pseudonyms that mean nothing tomorrow.
type Incident struct {
	Time    time.Time // to the minute
	Who     Pseudonym // of the address
	Network Pseudonym // of its network
	Country string
	Net     string
	Path    string // scrubbed
	Action  Action
	Mode    Mode
	Rule    string
	Reasons []Reason
	Expires time.Time
}

// Hour is what happened in one hour.
type Hour struct {
	At        time.Time // when it began
	Counts    map[Outcome]int64
	Reasons   map[Code]int64
	Countries map[string]Seen // of all incidents, "" for unknown
	Nets      map[string]Seen
	Paths     map[string]Seen // the first [MaxHourPaths] of each process; others under ""
	Incidents []Incident      // at most [MaxHour] of each process, the first of each kind before others; the last first
	Left      int64           // incidents that are counted and not among Incidents
}

// Outcome is an action, and whether it was carried out.
type Outcome struct {
	Mode   Mode
	Action Action
}

// Seen is how many incidents had a value, and of how many addresses at least.
type Seen struct {
	Incidents int64 `json:"n"`
	Addresses int64 `json:"a"` // up to 99, of the process that saw most
}

func (s Seen) and(other Seen) Seen {
	return Seen{s.Incidents + other.Incidents, max(s.Addresses, other.Addresses)}
}

// Bounds of what an hour keeps of a process beside incidents.
const (
	MaxHourPaths = 64
	maxSeen      = 99  // addresses that are told apart by value
	maxHourPath  = 160 // bytes
)

// MaxHour is how many incidents of an hour each process keeps one by one.
const MaxHour = 64

// hourDocument is an Hour on a shelf.
type hourDocument struct {
	Counts  map[string]int64 `json:"n"` // "shadow/throttle"
	Reasons map[Code]int64   `json:"r"`
	Country map[string]Seen  `json:"c,omitempty"`
	Net     map[string]Seen  `json:"k,omitempty"`
	Path    map[string]Seen  `json:"p,omitempty"`
	Rows    []incidentRow    `json:"i"`
	Left    int64            `json:"l"`

	who map[seenBy]struct{} // who was seen with what: it never leaves memory
}

// seenBy is a value of a list and an address.
type seenBy struct {
	list  byte
	value string
	who   uint64
}

// incidentRow is an Incident in few bytes: reasons by their codes.
type incidentRow struct {
	At      int64     `json:"t"` // minutes since 1970
	Who     Pseudonym `json:"w"`
	Network Pseudonym `json:"k"`
	Country string    `json:"c,omitempty"`
	Net     string    `json:"n,omitempty"`
	Path    string    `json:"p,omitempty"`
	Action  Action    `json:"a"`
	Mode    Mode      `json:"m"`
	Rule    string    `json:"u,omitempty"`
	Codes   []Code    `json:"r,omitempty"`
	Ends    int64     `json:"e,omitempty"` // seconds since 1970
}

func (o Outcome) name() string { return o.Mode.String() + "/" + o.Action.String() }

func rowOf(i *Incident) incidentRow {
	r := incidentRow{
		At: i.Time.Unix() / 60, Who: i.Who, Network: i.Network, Country: i.Country, Net: i.Net, Path: cut(i.Path, maxHourPath), Action: i.Action, Mode: i.Mode, Rule: i.Rule,
	}
	if !i.Expires.IsZero() {
		r.Ends = i.Expires.Unix()
	}
	for _, reason := range i.Reasons {
		r.Codes = append(r.Codes, reason.Code)
	}
	return r
}

func (r *incidentRow) incident() Incident {
	i := Incident{
		Time: time.Unix(r.At*60, 0).UTC(), Who: r.Who, Network: r.Network, Country: r.Country, Net: r.Net, Path: r.Path, Action: r.Action, Mode: r.Mode, Rule: r.Rule,
	}
	if r.Ends != 0 {
		i.Expires = time.Unix(r.Ends, 0).UTC()
	}
	for _, code := range r.Codes {
		if s, ok := signalOf(code); ok {
			known := row(s)
			i.Reasons = append(i.Reasons, Reason{known.Code, known.Weight, known.Basis, known.Clause, known.Bucket()})
		}
	}
	return i
}

// add counts an incident, and keeps it where there is room.
func (d *hourDocument) add(i *Incident) {
	if d.Counts == nil {
		d.Counts, d.Reasons = map[string]int64{}, map[Code]int64{}
	}
	d.Counts[Outcome{i.Mode, i.Action}.name()]++
	for _, r := range i.Reasons {
		d.Reasons[r.Code]++
	}
	path := cut(i.Path, maxHourPath)
	if _, known := d.Path[path]; !known && len(d.Path) >= MaxHourPaths {
		path = ""
	}
	d.see('c', &d.Country, i.Country, i.Who)
	d.see('k', &d.Net, i.Net, i.Who)
	d.see('p', &d.Path, path, i.Who)
	if len(d.Rows) >= MaxHour {
		d.Left++
		return
	}
	d.Rows = append(d.Rows, rowOf(i))
}

// clone returns what rests of d, for itself. Rows are only ever added.
func (d *hourDocument) clone() *hourDocument {
	c := *d
	c.Counts, c.Reasons, c.Country, c.Net, c.Path = maps.Clone(d.Counts), maps.Clone(d.Reasons), maps.Clone(d.Country), maps.Clone(d.Net), maps.Clone(d.Path)
	c.Rows, c.who = slices.Clip(d.Rows), nil
	return &c
}

// see counts an incident under a value, and its address where it is new.
func (d *hourDocument) see(list byte, all *map[string]Seen, value string, who Pseudonym) {
	if *all == nil {
		*all = map[string]Seen{}
	}
	if d.who == nil {
		d.who = map[seenBy]struct{}{}
	}
	s := (*all)[value]
	s.Incidents++
	by := seenBy{list, value, who[0]}
	if _, met := d.who[by]; !met && s.Addresses < maxSeen {
		d.who[by] = struct{}{}
		s.Addresses++
	}
	(*all)[value] = s
}

// cut shortens text to so many bytes of whole characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("…")], "") + "…"
}

// encode is the document as it rests: smaller than [MaxShelfDocument], whatever somebody asked for.
func (d *hourDocument) encode() ([]byte, error) {
	for {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false) // an ampersand would be six bytes
		if err := e.Encode(d); err != nil {
			return nil, err
		}
		switch {
		case b.Len() <= MaxShelfDocument:
			return b.Bytes(), nil
		case len(d.Rows) > 0:
			half := len(d.Rows) / 2
			d.Left += int64(len(d.Rows) - half)
			d.Rows = d.Rows[:half]
		default:
			d.Path = map[string]Seen{}
		}
	}
}

// into adds a document to an hour.
func (d *hourDocument) into(h *Hour) {
	for m := ModeShadow; m <= ModeEnforce; m++ {
		for a := ActionLog; a <= ActionDeny; a++ {
			if n := d.Counts[Outcome{m, a}.name()]; n > 0 {
				h.Counts[Outcome{m, a}] += n
			}
		}
	}
	for code, n := range d.Reasons {
		h.Reasons[code] += n
	}
	for i := len(d.Rows) - 1; i >= 0; i-- {
		h.Incidents = append(h.Incidents, d.Rows[i].incident())
	}
	h.Left += d.Left
	for _, list := range []struct{ from, to map[string]Seen }{{d.Country, h.Countries}, {d.Net, h.Nets}, {d.Path, h.Paths}} {
		for value, s := range list.from {
			list.to[value] = list.to[value].and(s)
		}
	}
}

func parseHour(document []byte) (d hourDocument, err error) {
	if err := json.Unmarshal(document, &d); err != nil {
		return d, fmt.Errorf("risk: an hour on the shelf is damaged: %w", err)
	}
	return d, nil
}
