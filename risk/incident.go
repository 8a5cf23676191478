package risk

import (
	"encoding/json"
	"fmt"
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
	Incidents []Incident // at most [MaxHour] of each process, the first of each kind before others; the last first
	Left      int64      // incidents that are counted and not among Incidents
}

// Outcome is an action, and whether it was carried out.
type Outcome struct {
	Mode   Mode
	Action Action
}

// MaxHour is how many incidents of an hour each process keeps one by one.
const MaxHour = 64

// hourDocument is an Hour on a shelf.
type hourDocument struct {
	Counts  map[string]int64 `json:"n"` // "shadow/throttle"
	Reasons map[Code]int64   `json:"r"`
	Rows    []incidentRow    `json:"i"`
	Left    int64            `json:"l"`
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
		At: i.Time.Unix() / 60, Who: i.Who, Network: i.Network, Country: i.Country, Net: i.Net, Path: i.Path, Action: i.Action, Mode: i.Mode, Rule: i.Rule,
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
	if len(d.Rows) >= MaxHour {
		d.Left++
		return
	}
	d.Rows = append(d.Rows, rowOf(i))
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
}

func parseHour(document []byte) (d hourDocument, err error) {
	if err := json.Unmarshal(document, &d); err != nil {
		return d, fmt.Errorf("risk: an hour on the shelf is damaged: %w", err)
	}
	return d, nil
}
