package ledger

import _ "embed"

// jsonldContext says what the members of a receipt mean: DPV where it has the term, Dublin Core for dates
// and ids, and names of our own elsewhere. "record" is nested: its members describe the receipt's subject.
//
//go:embed context.json
var jsonldContext string
