package guard

import (
	"crypto/rand"
	"errors"
	"fmt"
	"html"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/beacon"
	"github.com/kelisim/kelisim/static/banner"
	"github.com/kelisim/kelisim/visit"
)

// BeaconMode says what pages tell of themselves once they are being read.
type BeaconMode string

// Modes of [Beacon].
const (
	BeaconFull BeaconMode = ""     // time looked at, title, scrolling, links away, speed, events, virtual pages
	BeaconCore BeaconMode = "core" // time looked at and title
	BeaconOff  BeaconMode = "off"  // nothing: no script is sent
)

// Beacon is how pages tell of themselves. No page of a visitor who refuses to be counted, or whose browser asks so,
// carries its script, and nothing that one sends all the same is counted. It sets no cookie and stores nothing.
type Beacon struct {
	// Mode is what is told. Default: everything.
	Mode BeaconMode
	// Consent restricts it to visitors who agreed to statistics. Default: everybody who is counted.
	Consent bool
	// Events are the names that kelisim.track may count. Default: any, as many as the dimension of events takes.
	Events []string
	// Routes are the paths that documents of the site show by themselves, without asking the server, as single-page
	// applications do: patterns as those of goals, such as /app/**. Others that a document says it shows are page views if the server
	// has answered somebody with them since it started, and reach no goal; otherwise they are shown apart. At most 100.
	Routes []string
}

// maxDeclared bounds the names of events.
const maxDeclared = 200

func (b Beacon) check() error {
	var faults []error
	if b.Mode != BeaconFull && b.Mode != BeaconCore && b.Mode != BeaconOff {
		faults = append(faults, fmt.Errorf(`config: Beacon.Mode %q is not "", "core" or "off"`, b.Mode))
	}
	if len(b.Events) > maxDeclared {
		faults = append(faults, fmt.Errorf("config: Beacon.Events has %d names: at most %d", len(b.Events), maxDeclared))
	}
	for _, name := range b.Events {
		if visit.Name(name) != name || name == "" {
			faults = append(faults, fmt.Errorf("config: Beacon.Events: %q cannot be counted: give a short name in lower case, such as signup", name))
		}
	}
	if _, err := visit.NewPaths(b.Routes); err != nil {
		faults = append(faults, fmt.Errorf("config: Beacon.Routes: %w", err))
	}
	return errors.Join(faults...)
}

// post takes in what pages tell.
type post struct {
	mint     *beacon.Mint
	lane     beacon.Lane
	declared map[string]bool // nil for any
	file     string          // of the script, "" for none
	opening  string          // of the script's tag, up to the token; "" for none
	taken    [numFates]fate
}

func (g *Guard) newPost() (*post, error) {
	mint, err := beacon.NewMint(g.config.Secret, rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &post{mint: mint}
	if names := g.config.Beacon.Events; names != nil {
		p.declared = map[string]bool{}
		for _, name := range names {
			p.declared[name] = true
		}
	}
	switch g.config.Beacon.Mode {
	case BeaconFull:
		p.file = "beaconfull.js"
	case BeaconCore:
		p.file = "beacon.js"
	}
	if p.file != "" {
		p.opening = opening(g.config.Prefix, p.file)
	}
	return p, nil
}

func opening(prefix, file string) string {
	return `<script src="` + html.EscapeString(banner.Path(prefix, file)) + `"`
}

const closing = ` defer></script>`

// sharedBeacon is the script's tag for pages that are the same for everybody: they have no token, and the script
// itself asks what the visitor decided.
func (g *Guard) sharedBeacon() string {
	if g.post.opening == "" || g.config.Beacon.Consent {
		return ""
	}
	return g.post.opening + closing
}

// Tail implements [gate.Tail]: the page is going to leave with the markup, and takes its token with it.
func (e *Exchange) Tail() (tag []byte) {
	g, ok := e.guard, true
	defer g.rescue("token", &ok)
	e.tag = e.deviceTag(e.tag[:0])
	if g.post.opening == "" || !g.mayTell(e.choice) || e.excluded || g.down.Load() {
		return e.tag
	}
	tag = append(append(e.tag, g.post.opening...), ` data-k="`...)
	if day, key, ok := g.anonymiser.Pseudonym(e.hit); ok {
		tag = g.post.mint.Append(tag, beacon.Page{Path: g.anonymiser.Path(e.hit.Path()), Visitor: key, Day: day}, g.config.Now())
	}
	tag = append(tag, '"')
	if agreed(e.choice) {
		tag = append(tag, " data-w"...)
	}
	if e.hit.Prefetch() { // no page view until somebody looks: the page says when that is
		tag = append(tag, ` data-a="1"`...)
	}
	tag = append(tag, closing...)
	e.tag = tag
	return tag
}

// mayTell reports whether the page of a visitor may tell of itself.
func (g *Guard) mayTell(c consent.Choice) bool {
	return c.Counts() && (!g.config.Beacon.Consent || agreed(c))
}

// agreed reports whether the visitor said yes to statistics.
func agreed(c consent.Choice) bool { return c.Stance(consent.Statistics) == consent.Granted }
