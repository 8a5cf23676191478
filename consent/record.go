package consent

import "time"

// RecordSchema names the form of a [Record].
const RecordSchema = "ISO/IEC TS 27560:2023"

// Record is what the site keeps of one act of choosing, with the information that ISO/IEC TS 27560 asks
// for: header, processing, parties and event. It holds no address, no user agent and nothing that says
// who the visitor is: the principal is whoever proves the record by the proof cookie. What the notice
// said (purposes in words, retention, withdrawal) is kept once, as the policy of the given hash.
type Record struct {
	Schema   string `json:"schema_version"`     // RecordSchema
	ID       string `json:"record_id"`          // random, see NewID
	Previous string `json:"previous,omitempty"` // id of the record that this one replaces, where the visitor proved it

	Event  Event     `json:"event_type"`
	Time   time.Time `json:"event_time"`            // UTC, to the second
	Until  time.Time `json:"validity_end,omitzero"` // when the choice ends unless it is changed before
	Method Method    `json:"collection_method"`

	Basis        string `json:"lawful_basis"`    // "consent"
	Controller   string `json:"pii_controller"`  // name
	ControllerID string `json:"controller_bin"`  // "" where the policy has none
	Contact      string `json:"contact"`         // of the controller, for the rights of the data subject
	Jurisdiction string `json:"jurisdiction"`    // the policy's region
	Storage      string `json:"storage_country"` // the policy's data region

	Revision int    `json:"policy_revision"`
	Policy   string `json:"policy_sha256"`           // the notice, by the hash of the policy
	Banner   string `json:"banner_sha256,omitempty"` // what was shown, by the hash of its markup
	Language string `json:"language,omitempty"`      // in which it was shown
	Variant  string `json:"variant,omitempty"`       // of the banner, where several are tried

	Purposes []PurposeRecord `json:"purposes"`
	Services []ServiceRecord `json:"services,omitempty"` // where visitors answer for each
	OptOut   OptOut          `json:"opt_out,omitempty"`  // what the browser asked at that moment

	Capacity Capacity `json:"representative_capacity,omitempty"` // of the representative, where Method says that one acted
	Erased   []int    `json:"erased_positions,omitempty"`        // of EventErased
	Ground   Ground   `json:"erasure_ground,omitempty"`          // of EventErased
}

// PurposeRecord is the answer for one purpose.
type PurposeRecord struct {
	Purpose    Purpose     `json:"purpose"`
	Status     string      `json:"status"`     // a Stance
	Recipients []Recipient `json:"recipients"` // who receives data under it (S1-5.2, S3-6.3)
	Data       []string    `json:"data"`       // ids of the data kinds
}

// ServiceRecord is the answer for one service.
type ServiceRecord struct {
	Service string  `json:"service"` // its id
	Purpose Purpose `json:"purpose"`
	Status  string  `json:"status"` // a Stance
}

// Recipient is a third party named in the policy.
type Recipient struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Country string `json:"country"`
}

// Event is what happened.
type Event string

const (
	EventGiven      Event = "consent_given"      // something is granted
	EventRefused    Event = "consent_refused"    // nothing is, and nothing was
	EventWithdrawn  Event = "consent_withdrawn"  // something that was granted no longer is, and nothing new is
	EventReaffirmed Event = "consent_reaffirmed" // the same is granted as before
)

// record describes the step from before to after.
func (b *Rulebook) record(s Submission, before, after Choice, now time.Time) Record {
	p := &b.policy
	r := Record{
		Schema: RecordSchema, ID: s.RecordID, Previous: s.Previous,
		Event: event(before, after), Time: now.UTC().Truncate(time.Second), Until: after.Until(), Method: s.Method,
		Basis: "consent", Controller: p.Controller.Name, ControllerID: p.Controller.BIN, Contact: p.Controller.Contact, Jurisdiction: p.Region, Storage: p.DataRegion,
		Revision: p.Revision.Number, Policy: b.hash, Banner: s.Banner, Language: s.Language, Variant: s.Variant,
		OptOut: before.optOut, Capacity: s.Capacity,
	}
	for _, purpose := range p.Purposes[1:] {
		r.Purposes = append(r.Purposes, b.purposeRecord(purpose.ID, after))
	}
	for i := range p.Services {
		if s := &p.Services[i]; s.bit > 0 {
			r.Services = append(r.Services, ServiceRecord{s.ID, s.Purpose, after.ServiceStance(s.ID).String()})
		}
	}
	return r
}

func event(before, after Choice) Event {
	switch {
	case !after.Grants() && !before.Grants():
		return EventRefused
	case after.granted == before.granted && after.services == before.services:
		return EventReaffirmed
	case after.granted&^before.granted == 0 && after.services&^before.services == 0:
		return EventWithdrawn
	}
	return EventGiven
}

func (b *Rulebook) purposeRecord(p Purpose, c Choice) PurposeRecord {
	r := PurposeRecord{Purpose: p, Status: c.Stance(p).String(), Recipients: []Recipient{}, Data: []string{}}
	for _, s := range b.policy.Services {
		if s.Purpose == p && s.Recipient != "" {
			r.Recipients = append(r.Recipients, Recipient{s.ID, s.Recipient, s.Country})
		}
	}
	for _, d := range b.policy.Data {
		for _, used := range d.Purposes {
			if used == p {
				r.Data = append(r.Data, d.ID)
			}
		}
	}
	return r
}
