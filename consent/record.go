package consent

import "time"

// RecordSchema names the form of a [Record].
const RecordSchema = "ISO/IEC TS 27560:2023"

// Record is what the site keeps of one act of choosing, with the fields of ISO/IEC TS 27560 (numbers of
// its clause 6 in brackets). It holds no address, no user agent and nothing that says who the visitor
// is: the subject proves itself by the proof cookie. What the policy said is kept once, by its hash.
type Record struct {
	Schema   string    `json:"schema_version"`       // [6.2.2]
	ID       string    `json:"record_id"`            // [6.2.3] random, see NewID
	Previous string    `json:"previous,omitempty"`   // id of the record that this one replaces, where the visitor proved it
	Event    Event     `json:"event_type"`           // [6.5.4]
	Time     time.Time `json:"event_time"`           // [6.5.2] UTC, to the second
	Until    time.Time `json:"valid_until,omitzero"` // [6.5.3]
	Method   Method    `json:"method"`               // [6.3.8] how the choice came about

	Controller   string `json:"controller"`       // [6.4.3]
	ControllerID string `json:"controller_id"`    // BIN, "" where the policy has none
	Jurisdiction string `json:"jurisdiction"`     // [6.3.12] the policy's region
	Storage      string `json:"storage_location"` // [6.3.10] the policy's data region

	Revision int    `json:"policy_revision"`
	Policy   string `json:"policy_sha256"`           // [6.3.3] the notice, by hash of the policy
	Banner   string `json:"banner_sha256,omitempty"` // [6.3.3] what was shown, by hash of its markup
	Language string `json:"language,omitempty"`      // [6.3.4] in which it was shown
	Variant  string `json:"variant,omitempty"`       // of the banner, where several are tried

	Purposes []PurposeRecord `json:"purposes"`          // [6.3.5]
	OptOut   OptOut          `json:"opt_out,omitempty"` // what the browser asked at that moment
}

// PurposeRecord is the answer for one purpose.
type PurposeRecord struct {
	Purpose    Purpose     `json:"purpose"`
	Status     string      `json:"status"`     // a Stance
	Recipients []Recipient `json:"recipients"` // [6.3.11] who receives data under it (S1-5.2, S3-6.3)
	Data       []string    `json:"data"`       // [6.3.7] ids of the data kinds
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
		Controller: p.Controller.Name, ControllerID: p.Controller.BIN, Jurisdiction: p.Region, Storage: p.DataRegion,
		Revision: p.Revision.Number, Policy: b.hash, Banner: s.Banner, Language: s.Language, Variant: s.Variant,
		OptOut: before.optOut,
	}
	for _, purpose := range p.Purposes[1:] {
		r.Purposes = append(r.Purposes, b.purposeRecord(purpose.ID, after))
	}
	return r
}

func event(before, after Choice) Event {
	had := before.granted
	switch {
	case after.granted == 0 && had == 0:
		return EventRefused
	case after.granted == had:
		return EventReaffirmed
	case after.granted&^had == 0:
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
