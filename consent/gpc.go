package consent

import (
	"encoding/json"
	"time"
)

// GPCPath is where browsers look for [GPCDocument].
const GPCPath = "/.well-known/gpc.json"

// GPCDocument returns the support resource of Global Privacy Control, which says that the site abides by
// the signal (https://www.w3.org/TR/gpc/, section "GPC Support Resource"), to be served as
// application/json. LastUpdate is when that was last looked at; the zero time leaves it out.
func GPCDocument(lastUpdate time.Time) []byte {
	doc := struct {
		GPC        bool   `json:"gpc"`
		LastUpdate string `json:"lastUpdate,omitempty"`
	}{GPC: true}
	if !lastUpdate.IsZero() {
		doc.LastUpdate = lastUpdate.UTC().Format(time.DateOnly)
	}
	data, _ := json.Marshal(doc) // of a bool and a string: cannot fail
	return append(data, '\n')
}

// GPCDocument is [GPCDocument] as of the day of the policy's revision.
func (b *Rulebook) GPCDocument() []byte {
	day, _ := time.Parse(time.DateOnly, b.policy.Revision.Date) // checked by Compile
	return GPCDocument(day)
}
