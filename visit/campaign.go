package visit

// Tags are the campaign tags of a query, scrubbed, at most 64 bytes each.
type Tags struct {
	Source   string // utm_source
	Medium   string // utm_medium
	Campaign string // utm_campaign, or the first declared tag that is set
	Click    bool   // an advertiser's click id is present: its value is not read
}

// Campaign reads the campaign tags of a query: utm_source, utm_medium, utm_campaign, and as Campaign
// the first of declared that is set. Nothing else of a query is looked at.
func Campaign(query string, declared ...string) Tags { return Tags{} }
