package consent_test

import (
	"slices"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// S1-5.2, S2-4, S3-6.3: what a notice must say can be read off the policy.
func TestS1_5_2_ContentsOfTheNotice(t *testing.T) {
	b := compile(t, perService, func(p *consent.Policy) {
		p.Data = append(p.Data, consent.DataKind{
			ID: "films", Name: consent.Text{"en": "Films"}, Purposes: []consent.Purpose{consent.Marketing, consent.Preferences},
			Source: consent.SourceDevice, Retention: consent.Period{N: 1, Unit: consent.Years},
		})
		p.Services[0].Data, p.Services[0].Notice = []string{"films", "counts"}, "https://ads.example/privacy"
		p.Services[2].Recipient, p.Services[2].Country = "Operator of the films", "US"
		p.Services[3].Recipient, p.Services[3].Country, p.Services[3].Data = "Operator of the ads", "KZ", []string{"counts"}
		p.Transfers.CrossBorder = consent.Yes
	})
	c := b.Contents()
	if !slices.Equal(c.Countries, []string{"US"}) {
		t.Errorf("data goes to %v", c.Countries)
	}
	if len(c.Purposes) != 4 || c.Purposes[0].ID != consent.Necessary {
		t.Fatalf("purposes are %v", c.Purposes)
	}
	marketing := c.Purposes[3]
	if len(marketing.Data) != 1 || len(marketing.Services) != 2 || len(marketing.Cookies) != 2 || marketing.Cookies[1].Service != "video" {
		t.Errorf("marketing has %+v", marketing)
	}
	if len(c.Recipients) != 2 {
		t.Fatalf("recipients are %+v", c.Recipients)
	}
	ads, films := c.Recipients[0], c.Recipients[1]
	if ads.Abroad || !slices.Equal(ads.Services, []string{"Ads", "Counter"}) || len(ads.Data) != 2 || len(ads.Notices) != 1 ||
		!slices.Equal(ads.Purposes, []consent.Purpose{consent.Statistics, consent.Marketing}) {
		t.Errorf("ads are given %+v", ads)
	}
	if !films.Abroad || films.Country != "US" || films.Data != nil {
		t.Errorf("films are given %+v", films)
	}
}

// S2-2.7: where data rests elsewhere, it is said.
func TestContentsNameTheDataRegion(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Region, p.DataRegion, p.Services, p.Transfers = "KG", "DE", nil, consent.Transfers{}
	})
	if c := b.Contents(); !slices.Equal(c.Countries, []string{"DE"}) || c.Recipients != nil {
		t.Errorf("got %+v", c)
	}
	if c := compile(t).Contents(); c.Countries != nil {
		t.Errorf("data that stays goes to %v", c.Countries)
	}
}
