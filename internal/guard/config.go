package guard

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/ledger"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Store is where counts and consent records rest. Both stores of the house implement it.
type Store interface {
	stats.Sink
	stats.Source
	stats.Keeper
	ledger.Store
}

// Config says how a site is guarded. Store, Policy, Secret and Trust are required: nobody else can
// decide them. Everything else is useful at zero.
type Config struct {
	// Store keeps counts and consent records. Required.
	Store Store
	// Policy says what the site does with data. Required.
	Policy consent.Policy
	// Secret signs the visitors' choices, seals their records and keys the days' visitors: at least 32
	// random bytes, from the environment or a file outside Dir. Required.
	Secret []byte
	// OldSecrets are former secrets whose signatures still hold. Default: none.
	OldSecrets [][]byte
	// Trust says how the client's address is found. Required: every silent default is forgeable
	// somewhere. visit.TrustDirect is right where no proxy stands in front.
	Trust visit.Trust

	// Dir is the folder for what waits for the store; made where missing, one per machine. Several
	// processes may share it. Default: "kelisim-data" in the working directory.
	Dir string
	// Memory is a folder of the machine's memory, such as [MemoryDir] finds: there, sealed, who was seen today waits
	// while the program is restarted in order, where no other process knows it. Nothing of it is in Dir, and no disk or
	// backup ever has it. Default: none, so that the visitors of the day are begun anew.
	Memory string
	// Prefix is where the privacy centre is mounted. Default: "/consent".
	Prefix string
	// Zone is the time zone in which the site's days begin. Default: UTC.
	Zone *time.Location
	// Hosts are hosts of the site beside the one a request asks for: no referrers. Default: none.
	Hosts []string
	// CampaignTags are query parameters that name a campaign, beside utm_*. Default: none.
	CampaignTags []string
	// Plan is the goals and funnels that count, see [visit.NewPlan] and package visit/planfile. Default: none.
	Plan *visit.Plan
	// CookieDomain makes the choice hold for all hosts under a domain, such as "example.kz". It must
	// not be a public suffix. Pages of the Hosts under it may ask and answer here, too. Default: the choice
	// holds for the host alone.
	CookieDomain string
	// Secure says that browsers reach the site over TLS although this process does not see it, as
	// behind a proxy that ends it. Default: as the connection is.
	Secure bool
	// Locator finds where an address is. Default: the embedded tables of package geo.
	Locator geo.Locator
	// Floors say how many visitors of a day must carry a value before it leaves memory.
	// Default: 5 for attributes of persons, 1 for pages and sources.
	Floors stats.Floors
	// Keep says for how long each kind of statistics is kept, such as {stats.KindCrossed: {N: 1, Unit: consent.Years}}. It may
	// not outlive what the policy states (its data "counts", or "counts-crossed" and the like). Default: as the policy states;
	// crossed and returning ones for 25 months at most, technical ones for 13, unless the policy names the kind.
	Keep map[stats.Kind]consent.Period
	// Capacity is the number of visitors a day that can be told apart. Default: 2,000,000.
	Capacity int
	// ByTemplate leaves pages alone: the site's templates print [Guard.Banner] or [Guard.BannerIn] themselves right after
	// the body tag. Default: the banner is put into every HTML page.
	ByTemplate bool
	// Form is how the question is laid out. Default: FormBox.
	Form Form
	// ConsentMode is how the site uses Google Consent Mode v2, by a script tag for mode.js under Prefix. Default: the usual signals.
	ConsentMode ConsentMode
	// CSP is what browsers are told of services that a visitor has not granted. Default: reported and not blocked;
	// CSPEnforce has them blocked, together with everything that no policy declares.
	CSP CSP
	// Beacon is what pages tell of themselves once they are being read. Default: all that it can tell, of visitors who
	// are counted.
	Beacon Beacon
	// Own are networks whose visits are not counted, such as the site's own office. Default: none.
	Own []netip.Prefix
	// Risk says how requests are judged for security and against fraud. Default: not at all.
	Risk Risk
	// Spam are hosts of referrer spam beside the best known ones, at most 50,000: programs that name them as their
	// referrer are counted as bots. Default: none.
	Spam []string
	// Skip exempts requests from everything: they are neither gated nor counted. Default: none.
	Skip func(*http.Request) bool

	// Logger gets faults, once each; never an address, a user agent or a cookie value. Default: slog.Default.
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// FlushEvery is how often counts leave memory. Default: 1 second.
	FlushEvery time.Duration
}

// normalise returns a copy with defaults filled in, or every fault at once.
func (c Config) normalise() (Config, error) {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("config: "+format, args...))
		}
	}
	fault(c.Store == nil, "Store is required: open one with redisstore.Open or boltstore.Open")
	fault(len(c.Secret) < consent.MinSecret, "Secret must have at least %d bytes: make one with `openssl rand -base64 32`", consent.MinSecret)
	fault(c.Trust.IsZero(), "Trust is required: say how the client's address is found (TrustDirect where no proxy stands in front)")
	if c.Dir == "" {
		c.Dir = "kelisim-data"
	}
	if c.Prefix == "" {
		c.Prefix = "/consent"
	}
	clean := path.Clean(c.Prefix)
	fault(clean == "/" || !strings.HasPrefix(clean, "/") || clean != strings.TrimSuffix(c.Prefix, "/"), "Prefix %q must be a path such as /consent", c.Prefix)
	c.Prefix = clean
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Locator == nil {
		embedded, err := geo.Embedded()
		if err != nil {
			faults = append(faults, err)
		}
		c.Locator = embedded
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.FlushEvery == 0 {
		c.FlushEvery = time.Second
	}
	if c.Skip == nil {
		c.Skip = func(*http.Request) bool { return false }
	}
	fault(c.Memory != "" && !inMemory(c.Memory), "Memory %q is no folder of the machine's memory (tmpfs): give one such as /dev/shm, or none", c.Memory)
	fault(c.FlushEvery < 0, "FlushEvery must not be negative")
	fault(c.Capacity < 0, "Capacity must not be negative")
	faults = append(faults, c.Check(), c.Beacon.check())
	return c, errors.Join(faults...)
}

// Check returns every fault in how the site wants its visitors asked and their choice enforced, all at once, or nil:
// Hosts, CookieDomain, Form, ConsentMode and CSP. New calls it; it needs no Store.
func (c Config) Check() error {
	var faults []error
	for _, host := range c.Hosts {
		if u, err := url.Parse("//" + host); err != nil || u.Host != host || u.Hostname() == "" || strings.ContainsAny(host, "@* ") {
			faults = append(faults, fmt.Errorf("config: Hosts has %q, which is no host such as www.example.kz", host))
		}
	}
	if !c.Form.Valid() {
		faults = append(faults, fmt.Errorf("config: Form %q is not known: give FormBox, FormBar or FormDialog", c.Form))
	}
	var purposes []string
	for _, p := range c.Policy.Purposes {
		purposes = append(purposes, string(p.ID))
	}
	return errors.Join(append(faults, c.checkDomain(), c.CSP.Check(), c.ConsentMode.Check(purposes))...)
}

// atLeast is from how many addresses a name from outside must be met before it is written down.
func (c Config) atLeast() int64 {
	if c.Floors.Person > 0 {
		return int64(c.Floors.Person)
	}
	return 5
}

// checkDomain keeps a choice from being set for everybody under a public suffix.
func (c Config) checkDomain() error {
	if c.CookieDomain == "" {
		return nil
	}
	domain := strings.TrimPrefix(strings.ToLower(c.CookieDomain), ".")
	registrable, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return fmt.Errorf("config: CookieDomain %q is no domain that a site can own: give the registrable one, such as example.kz", c.CookieDomain)
	}
	if !strings.HasSuffix(domain, registrable) {
		return fmt.Errorf("config: CookieDomain %q is not under %q", c.CookieDomain, registrable)
	}
	return nil
}
