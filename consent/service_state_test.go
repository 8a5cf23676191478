package consent_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

func TestServiceBits(t *testing.T) {
	b := compile(t, perService)
	var bits []int
	for _, s := range b.Services() {
		bits = append(bits, s.Bit())
	}
	if want := []int{0, -1, 1, 2}; !slices.Equal(bits, want) {
		t.Errorf("got bits %v, want %v", bits, want)
	}
	state := keys(t).SealState(visitor(b, plain, accept, chooseEach([]string{"video"}, consent.Statistics)), b)
	if f := strings.Split(state, "."); len(f) != 10 || f[7] != "2" || f[8] != "5" {
		t.Errorf("got %q, want services 2 (video) and taken 5 (ads, counter) before the signature", state)
	}
}

func TestShapeCoversServices(t *testing.T) {
	b, k := compile(t, perService), keys(t)
	state := k.SealState(visitor(b, plain, accept), b)
	for name, change := range map[string]func(*consent.Policy){
		"another order": func(p *consent.Policy) { p.Services[2], p.Services[3] = p.Services[3], p.Services[2] },
		"one more": func(p *consent.Policy) {
			p.Services = append(p.Services, consent.Service{ID: "x", Name: "X", Purpose: consent.Statistics})
		},
		"another purpose":       func(p *consent.Policy) { p.Services[2].Purpose = consent.Statistics },
		"no longer per service": func(p *consent.Policy) { p.PerService = false },
	} {
		if _, err := k.OpenState(state, compile(t, perService, change), noon); !errors.Is(err, consent.ErrStale) {
			t.Errorf("%s: got %v, want %v", name, err, consent.ErrStale)
		}
	}
	renamed := compile(t, perService, func(p *consent.Policy) { p.Services[2].Name = "Films" })
	if c, err := k.OpenState(state, renamed, noon); err != nil || !c.AllowsService("video") {
		t.Errorf("a service with another name: %v", err)
	}
}

// The state cookie with choices for 40 services, whatever they are, fits.
func TestServiceStateIsSmall(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.PerService, p.Services, p.Transfers = true, nil, consent.Transfers{ThirdParties: consent.No, CrossBorder: consent.No, Publication: consent.No}
		p.Revision.Number = 1<<31 - 1
		for i := range consent.MaxServices {
			p.Services = append(p.Services, consent.Service{ID: fmt.Sprintf("s-%d", i), Name: "S", Purpose: consent.Marketing})
		}
		for i := len(p.Purposes); i < consent.MaxPurposes; i++ {
			more := p.Purposes[0]
			more.ID = consent.Purpose(fmt.Sprintf("purpose-%d", i))
			p.Purposes = append(p.Purposes, more)
		}
	})
	k, late := keys(t), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	all, _ := b.Apply(accept, consent.Choice{}, late)
	last, _ := b.Apply(chooseEach([]string{"s-39"}, "purpose-29"), all, late)
	none, _ := b.Apply(reject, all, late)
	first, _ := b.Apply(chooseEach([]string{"s-0"}), all, late)
	longest := 0
	for _, c := range []consent.Choice{all, last, none, first} {
		value := k.SealState(c, b)
		longest = max(longest, len(consent.StateCookie)+1+len(value))
		got, err := k.OpenState(value, b, late.Add(time.Hour))
		if err != nil || !slices.Equal(got.Services(), c.Services()) {
			t.Errorf("%s: %v %v", value, got.Services(), err)
		}
	}
	if longest > consent.MaxState {
		t.Errorf("takes %d bytes, at most %d", longest, consent.MaxState)
	}
	t.Logf("longest state %d bytes", longest)
}

func TestServiceStateRoundTrip(t *testing.T) {
	b, k := compile(t, perService), keys(t)
	for _, c := range []consent.Choice{
		visitor(b, plain, accept), visitor(b, plain, reject), visitor(b, gpc, chooseEach([]string{"video"})),
		visitor(b, plain, accept, chooseEach([]string{"ads", "counter"}, consent.Marketing)),
	} {
		value := k.SealState(c, b)
		got, err := k.VerifyState(value, b)
		if err != nil || k.SealState(got, b) != value || !slices.Equal(got.Services(), c.Services()) {
			t.Errorf("%s: %v %v", value, got.Services(), err)
		}
		cut := strings.Split(value, ".")
		for _, forged := range []string{strings.Join(append(cut[:7:7], cut[9]), "."), strings.Join(append(cut[:8:8], cut[9]), "."), value + ".0"} {
			if _, err := k.OpenState(forged, b, noon); !errors.Is(err, consent.ErrNoConsent) {
				t.Errorf("%s opens: %v", forged, err)
			}
		}
	}
}

func TestServiceVariants(t *testing.T) {
	b := compile(t, perService)
	seen := map[string]string{}
	for name, c := range map[string]consent.Choice{
		"undecided": visitor(b, plain), "refused": visitor(b, plain, reject), "accepted": visitor(b, plain, accept),
		"video": visitor(b, plain, chooseEach([]string{"video"})), "marketing": visitor(b, plain, choose(consent.Marketing)),
		"marketing, no service": visitor(b, plain, chooseEach([]string{}, consent.Marketing)),
		"accepted, then gpc":    b.Effective(visitor(b, plain, accept), gpc),
	} {
		v := c.Variant()
		if seen[v] != "" || len(v) > 15 || strings.Trim(v, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%s: %q, like %q", name, v, seen[v])
		}
		seen[v] = name
	}
	presumed := compile(t, perService, model(consent.ModelOptOut))
	if got := visitor(presumed, plain).Variant(); got != "u00000e7" {
		t.Errorf("presumed: got %q", got)
	}
}
