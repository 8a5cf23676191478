package csp

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/kelisim/kelisim/consent"
)

// Book holds the policies of all choices. It is safe for concurrent use.
type Book struct {
	options   Options
	site      Site
	fixed     []string // sources that are listed whatever the choice
	grants    []grant
	all       uint64 // every grant
	features  bool   // marketing is a purpose that one can grant
	declared  []declared
	endpoints []string // value of Reporting-Endpoints
	variants  atomic.Pointer[map[uint64]*variant]
}

// grant is what a visitor grants or not, and the sources that come with it.
type grant struct {
	purpose consent.Purpose
	service string // where visitors answer for each service; else ""
	sources []string
}

// declared is an origin of a service.
type declared struct{ origin, service string }

// variant is the policy of all choices that list the same sources, as header values: shared, never written to.
type variant struct{ silent, byURI, byBoth []string }

// maxVariants bounds what is kept; choices beyond are built anew each time.
const maxVariants = 256

// New derives the policies from what rules declare. The error names every fault of o at once.
func New(rules *consent.Rulebook, o Options, s Site) (*Book, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Mode == "" {
		o.Mode = ReportOnly
	}
	b := &Book{options: o, site: s}
	b.fix(rules)
	b.learn(rules)
	b.endpoints = []string{reportGroup + `="` + s.Report + `"`}
	b.variants.Store(&map[uint64]*variant{})
	return b, nil
}

// fix lists what every page may load: its own origin and site, and what Options allow.
func (b *Book) fix(rules *consent.Rulebook) {
	b.add(&b.fixed, "'self'")
	if !b.options.NoInline {
		b.add(&b.fixed, "'unsafe-inline'", "'unsafe-eval'")
	}
	b.add(&b.fixed, "data:", "blob:")
	b.fixDomains(rules.Policy())
	for _, host := range b.site.Hosts {
		if host = strings.ToLower(strings.TrimPrefix(host, ".")); isSource(host) {
			b.add(&b.fixed, host, "wss://"+host)
		}
	}
	b.add(&b.fixed, b.options.Allow...)
}

// fixDomains lists the site's own domains, without a scheme: that of the page, or a better one. A domain under which
// a service hides (a tracker at "stats.shop.example") is not listed as a whole: other hosts of it go into
// Options.Allow.
func (b *Book) fixDomains(policy consent.Policy) {
	for _, domain := range policy.Site.Domains {
		apex, below := true, true
		for _, s := range policy.Services {
			for _, origin := range s.Origins {
				host := hostOf(origin)
				apex = apex && (s.Purpose == consent.Necessary || host != domain)
				below = below && (s.Purpose == consent.Necessary || !strings.HasSuffix(host, "."+domain))
			}
		}
		if apex {
			b.add(&b.fixed, domain, "wss://"+domain)
		}
		if below {
			b.add(&b.fixed, "*."+domain, "wss://*."+domain)
		}
	}
}

// hostOf cuts scheme and port off an origin.
func hostOf(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// learn sorts the services' origins by what must be granted for them.
func (b *Book) learn(rules *consent.Rulebook) {
	policy := rules.Policy()
	for _, p := range policy.Purposes {
		b.features = b.features || p.ID == consent.Marketing
	}
	for _, s := range policy.Services {
		for _, origin := range s.Origins {
			b.declared = append(b.declared, declared{strings.ToLower(origin), s.ID})
		}
		switch {
		case len(s.Origins) == 0:
		case s.Purpose == consent.Necessary:
			b.add(&b.fixed, withSockets(s.Origins)...)
		default:
			id := ""
			if policy.PerService {
				id = s.ID
			}
			b.add(&b.grant(s.Purpose, id).sources, withSockets(s.Origins)...)
		}
	}
	b.all = 1<<len(b.grants) - 1
}

func (b *Book) grant(p consent.Purpose, service string) *grant {
	for i := range b.grants {
		if b.grants[i].purpose == p && b.grants[i].service == service {
			return &b.grants[i]
		}
	}
	b.grants = append(b.grants, grant{purpose: p, service: service})
	return &b.grants[len(b.grants)-1]
}

// add keeps each source once.
func (b *Book) add(list *[]string, sources ...string) {
	for _, source := range sources {
		if !slices.Contains(*list, source) {
			*list = append(*list, source)
		}
	}
}

func withSockets(origins []string) []string {
	var sources []string
	for _, origin := range origins {
		sources = append(sources, origin)
		if rest, ok := strings.CutPrefix(origin, "http"); ok {
			sources = append(sources, "ws"+rest)
		}
	}
	return sources
}

// mask says which grants c holds.
func (b *Book) mask(c consent.Choice) (mask uint64) {
	for i := range b.grants {
		if g := &b.grants[i]; g.service == "" && c.Allows(g.purpose) || g.service != "" && c.AllowsService(g.service) {
			mask |= 1 << i
		}
	}
	return mask
}

func (b *Book) variant(mask uint64) *variant {
	known := b.variants.Load()
	if v, ok := (*known)[mask]; ok {
		return v
	}
	v := b.build(mask)
	if len(*known) < maxVariants {
		more := maps.Clone(*known)
		more[mask] = v
		b.variants.CompareAndSwap(known, &more) // whoever loses builds it again
	}
	return v
}

// reportGroup is the name by which report-to finds the endpoint.
const reportGroup = "kelisim"

func (b *Book) build(mask uint64) *variant {
	if b.options.Lenient && mask == b.all {
		return &variant{}
	}
	sources := slices.Clone(b.fixed)
	for i, g := range b.grants {
		if mask&(1<<i) != 0 {
			b.add(&sources, g.sources...)
		}
	}
	text := "default-src " + strings.Join(sources, " ")
	for _, kind := range b.options.Free {
		text += "; " + kind + " * data: blob: 'unsafe-inline' 'unsafe-eval'"
	}
	v := &variant{silent: []string{text}, byURI: []string{text}, byBoth: []string{text}}
	if b.site.Report != "" {
		text += "; report-uri " + b.site.Report
		v.byURI, v.byBoth = []string{text}, []string{text + "; report-to " + reportGroup}
	}
	return v
}

// Policy is the policy for c without where to report to; "" for none.
func (b *Book) Policy(c consent.Choice) string {
	if v := b.variant(b.mask(c)); b.options.Mode != Off && len(v.silent) > 0 {
		return v.silent[0]
	}
	return ""
}

// Mode is what becomes of sources that are not listed.
func (b *Book) Mode() Mode { return b.options.Mode }

// Varies reports whether browsers are made to keep the choice: a new choice then needs a new page, and
// no cache may answer with one of an older choice.
func (b *Book) Varies() bool { return b.options.Mode == Enforce && len(b.grants) > 0 }

// Service finds the declared service that an origin (as in [Violation.Origin]) belongs to.
func (b *Book) Service(origin string) (id string, ok bool) {
	for _, d := range b.declared {
		if covers(d.origin, origin) {
			return d.service, true
		}
	}
	return "", false
}

// covers reports whether a declared origin takes in another: itself, its secure or socket form, or what its
// wildcard stands for.
func covers(pattern, origin string) bool {
	scheme, host, _ := strings.Cut(pattern, "://")
	asked, name, _ := strings.Cut(origin, "://")
	if scheme == "https" && asked != "https" && asked != "wss" {
		return false
	}
	if suffix, wild := strings.CutPrefix(host, "*"); wild {
		return strings.HasSuffix(name, suffix) && len(name) > len(suffix)
	}
	return host == name
}
