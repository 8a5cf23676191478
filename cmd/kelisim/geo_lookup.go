package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/kelisim/kelisim/geo"
)

type geoLookupCmd struct {
	Addresses []string `arg:"" name:"address" help:"Addresses, IPv4 or IPv6."`
	Geo       []string `help:"MaxMind or DB-IP databases of your own, beside the embedded tables." env:"KELISIM_GEO" placeholder:"FILE" sep:","`
	JSON      bool     `name:"json" help:"Print a JSON list with an object for each address."`
}

// found is what is known of an address, and who says what.
type found struct {
	Address string       `json:"address"`
	Meant   string       `json:"meant,omitempty"` // the address that it carries
	Place   whereabouts  `json:"location"`
	Says    []sourceSays `json:"sources"`
}

type whereabouts struct {
	Country  string  `json:"country,omitempty"`
	Region   string  `json:"region,omitempty"`
	City     string  `json:"city,omitempty"`
	ASN      uint32  `json:"asn,omitempty"`
	Provider string  `json:"provider,omitempty"`
	Net      string  `json:"network,omitempty"`
	Built    string  `json:"built,omitempty"`
	Weight   float64 `json:"weight,omitempty"`
}

type sourceSays struct {
	Source string      `json:"source"`
	Path   string      `json:"path,omitempty"`
	Built  string      `json:"built"`
	Stale  bool        `json:"stale"`
	Place  whereabouts `json:"location"`
}

func (c geoLookupCmd) Run(s streams) error {
	addrs, err := parseAddresses(c.Addresses)
	if err != nil {
		return err
	}
	p, err := storeFlags{Geo: c.Geo}.locator()
	if err != nil {
		return err
	}
	all := make([]found, len(addrs))
	for i, addr := range addrs {
		all[i] = p.find(addr, time.Now())
	}
	if c.JSON {
		encoder := json.NewEncoder(s.out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(all)
	}
	for _, f := range all {
		if err := f.print(s.out); err != nil {
			return err
		}
	}
	return nil
}

// find asks every source by itself, and all together.
func (p *places) find(addr netip.Addr, now time.Time) found {
	f := found{Address: addr.String(), Place: where(p.Locate(addr), now)}
	if meant := geo.Effective(addr); meant != addr {
		f.Meant = meant.String()
	}
	if p.own != nil {
		for _, a := range p.own.Answers(addr) {
			db := a.Database
			f.Says = append(f.Says, sourceSays{db.Type, db.Path, db.Built.Format(time.DateOnly), geo.Stale(db.Built, now), where(a.Location, now)})
		}
	}
	built := p.embedded.Built()
	f.Says = append(f.Says, sourceSays{embeddedName, "", built.Format(time.DateOnly), geo.Stale(built, now), where(p.embedded.Locate(addr), now)})
	return f
}

const embeddedName = "embedded"

func where(l geo.Location, now time.Time) whereabouts {
	w := whereabouts{Country: l.Country, Region: l.Region, City: l.City, ASN: l.ASN, Provider: l.Provider}
	if l.Net != geo.NetUnknown {
		w.Net = l.Net.String()
	}
	if l.Built != 0 {
		w.Built, w.Weight = l.Built.Time().Format(time.DateOnly), l.Weight(now)
	}
	return w
}

func (w whereabouts) String() string {
	var parts []string
	for _, part := range []string{w.Country, w.Region, w.City} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if w.ASN != 0 || w.Provider != "" {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("AS%d %s", w.ASN, w.Provider)))
	}
	if w.Net != "" {
		parts = append(parts, w.Net)
	}
	if len(parts) == 0 {
		return "unknown"
	}
	return strings.Join(parts, ", ")
}

func (f found) print(out io.Writer) error {
	var b strings.Builder
	b.WriteString(f.Address)
	if f.Meant != "" {
		b.WriteString(" (" + f.Meant + ")")
	}
	b.WriteString(": " + f.Place.String())
	if f.Place.Weight > 0 && f.Place.Weight < 1 {
		fmt.Fprintf(&b, " (weighs %.2f)", f.Place.Weight)
	}
	b.WriteByte('\n')
	for _, s := range f.Says {
		fmt.Fprintf(&b, "  %s of %s", s.Source, s.Built)
		if s.Stale {
			b.WriteString(" (old)")
		}
		if s.Path != "" {
			b.WriteString(", " + s.Path)
		}
		b.WriteString(": " + s.Place.String() + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}
