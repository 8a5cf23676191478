package server

import (
	"context"
	"net/url"
)

// technicalPage is about what the server answered, how quickly, and to whom but people.
type technicalPage struct {
	Bar    rangeBar
	Tabs   []item
	Panels []panel
	Chips  *chips
	Who    []item
	Apart  []string
}

func (s *Server) newTechnicalPage(ctx context.Context, l *locale, p *period, q url.Values, held span) (technicalPage, error) {
	rep, err := s.narrow(q)
	if err != nil {
		return technicalPage{}, err
	}
	a := newAddress(s.cfg.Prefix+"/technical", q, p)
	page := technicalPage{Bar: newRangeBar(l, p, a, held), Tabs: newTechnicalTabs(l, s, a, false), Chips: newChips(l, rep, a), Who: newWho(l, a)}
	page.Panels, err = s.panels(ctx, rep, l, p, a, q, nil, panelNames[technicalPanels:])
	page.Panels, page.Apart = setApart(page.Panels)
	return page, err
}
