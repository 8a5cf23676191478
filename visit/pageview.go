package visit

import "time"

// Kind says what a request asked for.
type Kind uint8

const (
	// KindOther is a request that is neither a page nor a file: an API call, a form post, a redirect.
	KindOther Kind = iota
	// KindPage is a document that a person looks at: a page view when it succeeded.
	KindPage
	// KindFile is an asset or a download.
	KindFile
)

// Pageview is one request made anonymous: what is left of a [Hit] after the address, the user agent
// string, the query and the exact time are gone. It is what statistics count, page view or not
// (Kind and Status tell). Every string is bounded in length; none holds personal data. The empty
// string means unknown.
type Pageview struct {
	Day  Day
	Hour uint8
	Kind Kind
	Late bool // the request came on an earlier day that was already closed; Hour is 0

	Path    string // scrubbed path
	Section string // first segment of Path, with its slash: the topic of the page (S0-1.2)
	Status  int    // HTTP status code

	Source   string // host of the external referrer, lower case, without "www."; else the campaign's source tag, scrubbed
	Channel  string // search, social, ai, mail, paid, campaign, referral, direct
	Campaign string // declared campaign tag, scrubbed

	Country, Region, City, Provider string // ISO 3166-1 alpha-2; names; AS organisation
	Browser, BrowserVersion         string // "Chrome"; "Chrome 146"
	OS, OSVersion                   string // "Windows"; "Windows 11"
	Device                          string // desktop, mobile, tablet, tv, console, other
	Network                         string // class of the network: "isp", "hosting" …
	Language                        string // primary subtag of the preferred language, "kk"
	Prefix                          Prefix // network of the address, cut short

	Bot      string // name of the bot, "" for people
	BotClass string // search, ai, monitor, preview, feed, tool, scanner, other, spam (by its referrer)

	Latency  time.Duration // from the request to the answer; 0 is unknown
	Download bool          // a file that visitors keep was sent whole
	Upload   bool          // a file was sent to the site

	Unproven bool // a page says that it shows this one: see [Response]

	Step Step

	// Asker is the first request of the day of this visitor, page view or not; Lot is as in Step. Both are
	// told of the requests of people, so that a count of requests knows how many are behind it.
	Asker bool
	Lot   uint8
}

// Step is what one page view adds to its visit. It is the zero Step for requests that are no page
// view and for bots. Counts derived from it are signed: a second page view takes a bounce back, and
// an exit from the previous page.
type Step struct {
	NewVisitor bool  // the first page view of the day of this visitor
	NewVisit   bool  // the first page view of a visit; Path is its entry page
	Second     bool  // the second page view: the visit is no bounce after all
	Seconds    int64 // seconds since the previous page view of the visit
	Timed      bool  // how long the previous page view lasted was not known at all before

	NewOnPage    bool // the first page view of the day of this visitor under Path, as far as it can be told: see [Tracker]
	NewInSection bool // the same under the first segment of Path

	Previous     string // path of the previous page view of the visit ("" for none): no longer its exit
	PreviousDay  Day    // day on which Previous was counted
	StartedDay   Day    // day and hour on which the visit began and its bounce was counted
	StartedHour  uint8
	StartSource  string // source, channel … under which the visit was counted at its start
	StartChannel string

	StartCampaign string
	Views         int32 // page views of the visit with this one; 0 if there is no visit
	Elapsed       int64 // seconds from the first page view of the visit to this one
	// Lot is one of 64 lots that visitors are dealt in the order in which they come, the same all day. It lets counts tell
	// a few visitors from one, and says nothing of who they are: it follows from no key.
	Lot     uint8
	Reached Reached // goals and steps of funnels
}
