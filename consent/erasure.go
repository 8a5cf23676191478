package consent

import "time"

// EventErased is the destruction of what entries sealed, by request (S2-5.5, S4-9.4) or because their time
// was over (S4-9.7). It is recorded like a choice, so that nothing disappears from the ledger unseen.
const EventErased Event = "record_erased"

// Ground is why something was erased.
type Ground string

const (
	GroundRequest Ground = "request" // somebody asked for it
	GroundExpiry  Ground = "expiry"  // the policy's lifetime for records has passed
)

// MaxErased is the most positions that one record of an erasure names.
const MaxErased = 1000

// ErasureRecord is the record of the erasure of the entries at the given positions of the ledger. It says
// nothing of what they held. The id is from [NewID].
func ErasureRecord(id string, positions []int, why Ground, now time.Time) Record {
	return Record{
		Schema: RecordSchema, ID: id, Event: EventErased, Time: now.UTC().Truncate(time.Second), Method: MethodAPI,
		Purposes: []PurposeRecord{}, Erased: positions, Ground: why,
	}
}

// Keep returns until when the policy wants the record of r kept: its lifetime for records after the
// choice has ended (S2-2.7: "then three years after the agreement ends"). The record of an erasure names
// nobody and is kept as long as the ledger: then ok is false.
func (b *Rulebook) Keep(r Record) (until time.Time, ok bool) {
	if r.Event == EventErased {
		return time.Time{}, false
	}
	end := r.Time
	if r.Until.After(end) {
		end = r.Until
	}
	return b.policy.Lifetimes.Record.After(end), true
}
