package consent

// Policy is the document in which a site says what it does with data: read from YAML by package
// policyfile or written in Go. [Compile] checks it and makes it a [Rulebook].
type Policy struct {
	Site       Site       `json:"site"`
	Region     string     `json:"region"` // required: country whose law governs, ISO 3166-1 alpha-2; "KZ" requires the fields of Law 94-V art. 8
	Controller Controller `json:"controller"`
	Languages  []string   `json:"languages"` // required: every text below must have them all; the first is the default
	Revision   Revision   `json:"revision"`

	Model     Model            `json:"model,omitempty"`  // default opt-in
	Models    map[string]Model `json:"models,omitempty"` // by region of the visitor where it differs: "DE", "US-CA"
	Lifetimes Lifetimes        `json:"lifetimes,omitzero"`

	Purposes []PurposeInfo `json:"purposes"`       // required: necessary must be among them
	Data     []DataKind    `json:"data,omitempty"` // required where the region is KZ
	Services []Service     `json:"services,omitempty"`
	Cookies  []CookieRule  `json:"cookies,omitempty"` // cookies of the site itself

	PerService bool `json:"per_service,omitempty"` // default: services follow their purposes; true lets visitors answer for each of them, see Service.Bit

	Transfers  Transfers `json:"transfers,omitzero"`
	Authority  Authority `json:"authority,omitzero"`
	DataRegion string    `json:"data_region"` // required: country in which the data rests, ISO 3166-1 alpha-2 (S2-2.7)

	OptOuts      OptOuts      `json:"opt_outs,omitzero"`
	Unclassified Unclassified `json:"unclassified,omitempty"` // default provisional
}

// Site names what the policy is for.
type Site struct {
	Name    string   `json:"name"`              // required: shown to visitors; also part of every signature
	Domains []string `json:"domains,omitempty"` // registrable domains of the site, "example.kz": where its cookies may have been set
	Notice  string   `json:"notice,omitempty"`  // URL or path of the notice; default: the generated one
}

// Controller is who answers for the data: the operator of Law 94-V.
type Controller struct {
	Name    string `json:"name"`              // required
	BIN     string `json:"bin,omitempty"`     // business identification number, 12 digits; required where the region is KZ
	Address string `json:"address,omitempty"` // required where the region is KZ
	Contact string `json:"contact"`           // required: e-mail address, telephone number or URL for data subjects
	Officer string `json:"officer,omitempty"` // who is responsible for personal data there: a name or a post
}

// Authority is where data subjects may complain: the authorised body of Law 94-V, the supervisory
// authority of the GDPR (art. 13.2 d).
type Authority struct {
	Name Text   `json:"name,omitempty"` // required where URL is given
	URL  string `json:"url,omitempty"`
}

// Revision identifies a state of the policy. A material change asks every visitor again; a minor one
// is announced once and leaves choices in force (S4-10).
type Revision struct {
	Number int    `json:"number"`          // required: 1, 2, 3 …
	Date   string `json:"date"`            // required: day on which it comes into force, 2006-01-02
	Change Change `json:"change"`          // required
	Since  int    `json:"since,omitempty"` // required for a minor change: the last material revision; choices made from it on stand
	Text   Text   `json:"text,omitempty"`  // required for a minor change: what has changed
}

// Change says how much a revision changes.
type Change string

const (
	Material Change = "material"
	Minor    Change = "minor"
)

// Model is what holds while a visitor has not decided.
type Model string

const (
	// ModelOptIn: nothing is stored; the visitor is counted without cookies.
	ModelOptIn Model = "opt-in"
	// ModelOptOut: every purpose is presumed granted until the visitor or the browser objects.
	ModelOptOut Model = "opt-out"
	// ModelImplied: as ModelOptIn, with a notice instead of a question: continued use agrees to the cookie-less
	// count of what is transmitted automatically, and never to storage on the device.
	ModelImplied Model = "implied"
)

// Lifetimes says how long an answer holds.
type Lifetimes struct {
	Choice  Period `json:"choice,omitzero"`  // default 6 months, at most 13; required where the region is KZ
	Refusal Period `json:"refusal,omitzero"` // of a choice that grants nothing; default as Choice
	Record  Period `json:"record,omitzero"`  // how long the record of a choice is kept; default 3 years (S2-2.7)
}

// DataKind is a kind of data that the site holds.
type DataKind struct {
	ID        string    `json:"id"`        // required: a–z, 0–9, "-", "_"
	Name      Text      `json:"name"`      // required
	Purposes  []Purpose `json:"purposes"`  // required
	Source    Source    `json:"source"`    // required
	Retention Period    `json:"retention"` // required
}

// Source is how data comes to the site.
type Source string

const (
	SourceAutomatic Source = "automatic" // transmitted by the browser with every request
	SourceDevice    Source = "device"    // stored on or read from the device: needs consent unless necessary
	SourceGiven     Source = "given"     // typed in by the visitor
)

// Service is somebody else's (or a separate own) program that the site uses.
type Service struct {
	ID        string       `json:"id"`                  // required: a–z, 0–9, "-", "_"
	Name      string       `json:"name"`                // required: as visitors know it
	Purpose   Purpose      `json:"purpose"`             // required
	Text      Text         `json:"text,omitempty"`      // what it does
	Recipient string       `json:"recipient,omitempty"` // who receives the data; empty: nobody but the controller
	Country   string       `json:"country,omitempty"`   // required with a recipient: where it receives them, ISO 3166-1 alpha-2
	Data      []string     `json:"data,omitempty"`      // ids of the data kinds that it is given
	Notice    string       `json:"notice,omitempty"`    // URL of the recipient's own notice
	Origins   []string     `json:"origins,omitempty"`   // "https://cdn.example.com", "https://*.example.com"
	Cookies   []CookieRule `json:"cookies,omitempty"`   // their purpose defaults to the service's

	bit uint8 // 1 + Bit
}

// CookieRule declares a cookie.
type CookieRule struct {
	Name        string   `json:"name"`                  // required: exact, or a glob: "*" is any run, "?" one character
	Purpose     Purpose  `json:"purpose,omitempty"`     // required outside a service
	Lifetime    Period   `json:"lifetime,omitzero"`     // default: the browser session
	Text        Text     `json:"text,omitempty"`        // what it is for
	Domains     []string `json:"domains,omitempty"`     // Domain attributes under which it may have been set; default: the site's domains
	Paths       []string `json:"paths,omitempty"`       // Path attributes under which it may have been set; default "/"
	Partitioned bool     `json:"partitioned,omitempty"` // set with the Partitioned attribute
}

// Transfers answers the questions of Law 94-V art. 8.4; required where the region is KZ.
type Transfers struct {
	ThirdParties Answer `json:"third_parties,omitempty"` // is data passed to third parties
	CrossBorder  Answer `json:"cross_border,omitempty"`  // does data leave the country of the policy
	Publication  Answer `json:"publication,omitempty"`   // is data published in sources open to all
	Safeguards   Text   `json:"safeguards,omitempty"`    // on what ground data leaves the country, and what protects it there
	Published    Text   `json:"published,omitempty"`     // what is published, and where
}

// Answer is a plain "yes" or "no"; empty is no answer.
type Answer string

const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// OptOuts says what an [OptOut] of the browser refuses. Global Privacy Control is always honoured.
type OptOuts struct {
	Purposes  []Purpose `json:"purposes,omitempty"`   // default: all but necessary and preferences; an empty list is a fault
	IgnoreDNT bool      `json:"ignore_dnt,omitempty"` // default: Do Not Track is honoured like GPC (S3-6.1)
}
