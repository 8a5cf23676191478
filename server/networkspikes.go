package server

import (
	"context"
	"fmt"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// spikeList is the hours in which errors came from one provider.
type spikeList struct {
	Rows    []spikeRow
	More    int
	Exports []item
}

type spikeRow struct {
	Provider, Href string
	Date           string
	Text           string // how much failed, and when
	Cause          string // which class of answers it was, and what that means
	Past           string // what it is compared with, where that is not the provider's own past
}

// spikeRows is how many are shown.
const spikeRows = 8

func (s *Server) newSpikeList(ctx context.Context, l *locale, p *period, a address, provider string) (list spikeList, err error) {
	spikes, err := s.cfg.Reports.Spikes(ctx, p.days())
	if err != nil {
		return list, err
	}
	for i := range spikes {
		if spike := &spikes[i]; provider == "" || spike.Provider == provider {
			if len(list.Rows) == spikeRows {
				list.More++
				continue
			}
			list.Rows = append(list.Rows, newSpikeRow(l, spike, a))
		}
	}
	for _, kind := range []string{"csv", "json"} {
		list.Exports = append(list.Exports, item{Label: kind, Href: a.To(s.cfg.Prefix+"/export/spikes."+kind, providerParam, "")})
	}
	return list, nil
}

func newSpikeRow(l *locale, spike *stats.Spike, a address) spikeRow {
	row := spikeRow{
		Provider: providerName(l, spike.Provider), Date: l.WeekdayDate(spike.Day),
		Text:  l.T("networks.spike", l.Percent(spike.Share()), l.Number(spike.Requests), clock(spike.Hour), clock(spike.Hour+1), l.Percent(spike.Usual)),
		Cause: l.T("networks.rejects"),
	}
	if spike.Faults >= spike.Rejects {
		row.Cause = l.T("networks.faults")
	}
	if !spike.Own {
		row.Past = l.T("networks.newcomer")
	}
	if spike.Provider != "" {
		day := spike.Day.String()
		row.Href = a.With(providerParam, spike.Provider, "range", "", "from", day, "to", day, "by", "")
	}
	return row
}

// providerName writes a provider for people to read.
func providerName(l *locale, name string) string {
	spec, _ := findList("netprovider")
	return spec.Label(l, name)
}

// clock writes a full hour of the day, 24:00 included.
func clock(hour uint8) string { return fmt.Sprintf("%02d:00", hour) }

// networkAlert looks for the worst spike of the last whole hour.
func (s *Server) networkAlert(ctx context.Context, rule *alertRule, now time.Time) (*alert, error) {
	if rule.Networks == 0 {
		return nil, nil
	}
	day, hour := visit.DayOf(now.Add(-time.Hour), s.cfg.Zone)
	spikes, err := s.cfg.Reports.Spikes(ctx, stats.Range{First: day, Last: day})
	if err != nil {
		return nil, err
	}
	var worst *stats.Spike
	for i := range spikes {
		spike := &spikes[i]
		if spike.Hour == hour && spike.Share()*100 > float64(rule.Networks) && (worst == nil || spike.Failed() > worst.Failed()) {
			worst = spike
		}
	}
	if worst == nil {
		return nil, nil
	}
	return &alert{Kind: "network", Now: worst.Share(), Usual: worst.Usual, Network: worst.Provider, Requests: worst.Requests, Hour: clock(hour), hour: hour}, nil
}

// networkText is what a letter says of a network's errors.
func networkText(l *locale, a *alert) string {
	return l.T("alert.network.text", providerName(l, a.Network), l.Percent(a.Now), l.Number(a.Requests), clock(a.hour), clock(a.hour+1), l.Percent(a.Usual))
}
