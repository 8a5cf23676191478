package guard

import (
	"net/http"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// riskCalls are the calls of the interface, by name.
func (g *Guard) riskCalls() map[string]func(*http.Request, *riskCall) (any, error) {
	return map[string]func(*http.Request, *riskCall) (any, error){
		"events": func(r *http.Request, c *riskCall) (any, error) {
			j, err := g.Report(r.Context(), risk.Event{
				Kind: c.Kind, Account: c.Account, Addr: c.Address, Agent: c.Agent, Time: c.Time, Consent: c.Consent, Device: c.Device, TimeZone: c.TimeZone,
			})
			return told(j, nil), err
		},
		"evaluate": func(_ *http.Request, c *riskCall) (any, error) {
			if !c.Address.IsValid() {
				return nil, errCall
			}
			return told(g.evaluate(c), nil), nil
		},
		"explain": func(r *http.Request, c *riskCall) (any, error) {
			j, err := g.risk.engine.Explain(r.Context(), c.ID, g.config.Now())
			return told(j, means()), err
		},
		"labels": func(r *http.Request, c *riskCall) (any, error) {
			if c.Truth == 0 {
				return nil, errCall
			}
			return struct{}{}, g.Label(r.Context(), c.ID, c.Truth)
		},
		"forget": func(r *http.Request, c *riskCall) (any, error) {
			if c.Account == "" {
				return nil, errCall
			}
			return struct{}{}, g.ForgetAccount(r.Context(), c.Account)
		},
		"withdraw": func(r *http.Request, c *riskCall) (any, error) {
			if c.Account == "" {
				return nil, errCall
			}
			return struct{}{}, g.Withdraw(r.Context(), c.Account)
		},
	}
}

// evaluate says what is known of an address, and changes nothing.
func (g *Guard) evaluate(c *riskCall) risk.Judgement {
	place := g.config.Locator.Locate(c.Address)
	v := g.risk.engine.Standing(c.Address, g.config.Now())
	v.Country, v.Region, v.City, v.Provider, v.ASN, v.Net = place.Country, place.Region, place.City, place.Provider, place.ASN, place.Net
	return risk.Judgement{Verdict: v}
}

// toldVerdict is a judgement in the interface.
type toldVerdict struct {
	ID      string       `json:"id,omitempty"`
	Kind    string       `json:"kind,omitempty"`
	Action  risk.Action  `json:"action"`
	Mode    risk.Mode    `json:"mode"`
	Account uint8        `json:"account"`
	Bot     uint8        `json:"bot"`
	Network uint8        `json:"network"`
	Country string       `json:"country"`
	Net     string       `json:"net"`
	Expires *time.Time   `json:"expires,omitempty"`
	Reasons []toldReason `json:"reasons"`
}

type toldReason struct {
	Code   risk.Code  `json:"code"`
	Weight uint8      `json:"weight"`
	Basis  risk.Basis `json:"basis"`
	Clause string     `json:"clause"`
	Bucket string     `json:"bucket,omitempty"`
	Means  string     `json:"means,omitempty"`
	Stored string     `json:"stored,omitempty"`
}

// told puts a judgement into the words of the interface; rows explain, where there are some.
func told(j risk.Judgement, rows map[risk.Code]risk.Signal) toldVerdict {
	v := j.Verdict
	t := toldVerdict{ID: j.ID, Action: v.Action, Mode: v.Mode, Account: v.Account, Bot: v.Bot, Network: v.Network, Country: v.Country, Net: v.Net.String(), Reasons: []toldReason{}}
	if j.Kind != 0 {
		t.Kind = j.Kind.String()
	}
	if !v.Expires.IsZero() {
		end := v.Expires.UTC()
		t.Expires = &end
	}
	for _, r := range v.Reasons {
		row := rows[r.Code]
		t.Reasons = append(t.Reasons, toldReason{Code: r.Code, Weight: r.Weight, Basis: r.Basis, Clause: r.Clause, Bucket: r.Bucket, Means: row.Means, Stored: row.Stored})
	}
	return t
}

func means() map[risk.Code]risk.Signal {
	all := map[risk.Code]risk.Signal{}
	for _, s := range risk.Signals() {
		all[s.Code] = s
	}
	return all
}
