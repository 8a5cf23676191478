package visit

import "strings"

// maxTag is the most bytes of a campaign tag that are kept.
const maxTag = 64

// Tags are the campaign tags of a query: scrubbed like a path segment, lower case, at most 64 bytes.
type Tags struct {
	Source   string // utm_source
	Medium   string // utm_medium
	Campaign string // utm_campaign, or the first declared tag that is set
	Click    bool   // an advertiser's click id is present; its value is not read
}

// clickIDs are the parameters by which advertisers follow a paid click.
var clickIDs = map[string]bool{
	"gclid": true, "gbraid": true, "wbraid": true, "dclid": true, "msclkid": true, "yclid": true,
	"ysclid": false, "ttclid": true, "twclid": true, "li_fat_id": true, "rb_clickid": true,
}

// Campaign reads the campaign tags of a query (without its question mark): utm_source, utm_medium,
// utm_campaign, and as Campaign, where that is missing, the first of declared that is set. Nothing
// else of a query is looked at, and a value that looks personal becomes a placeholder. No tag costs
// no allocation. At most 64 parameters are read.
func Campaign(query string, declared ...string) Tags {
	var tags Tags
	if query == "" {
		return tags
	}
	var other string
	rank := len(declared)
	for range 64 {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case name == "utm_source" && tags.Source == "":
			tags.Source = tag(value)
		case name == "utm_medium" && tags.Medium == "":
			tags.Medium = tag(value)
		case name == "utm_campaign" && tags.Campaign == "":
			tags.Campaign = tag(value)
		case clickIDs[name]:
			tags.Click = true
		default:
			for i := range rank {
				if name == declared[i] && value != "" {
					other, rank = value, i
					break
				}
			}
		}
		if query == "" {
			break
		}
	}
	if tags.Campaign == "" && other != "" {
		tags.Campaign = tag(other)
	}
	return tags
}

// tag scrubs the value of a campaign tag. It shares no memory with value unless it is clean.
func tag(value string) string {
	if strings.IndexByte(value, '+') >= 0 {
		value = strings.ReplaceAll(value, "+", " ")
	}
	var out scrubBuffer
	text := strings.TrimSpace(string(out.decoded(clip(value, maxPersonal))))
	if text == "" {
		return ""
	}
	return clipUTF8(strings.ToLower(scrubText(text)), maxTag)
}
