package main

import (
	"context"
	"maps"
	"slices"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// findings is what the guard met and the policy does not declare, for the dashboard.
func (s *site) findings(context.Context) (server.Findings, error) {
	state := s.guard.State()
	rules := s.guard.Rules()
	found := server.Findings{Declares: func(cookie string) bool {
		return !rules.DecideRequest(consent.Choice{}, cookie).Unclassified
	}}
	for _, ck := range state.Undeclared {
		found.Cookies = append(found.Cookies, server.FoundCookie{
			Name: ck.Name, Set: ck.Set, Sent: ck.Sent, Count: ck.Count, First: ck.First, Page: ck.Page, Passes: ck.Allowed, Reason: ck.Reason,
		})
	}
	for _, o := range state.ThirdParties {
		found.Origins = append(found.Origins, server.FoundOrigin{
			Origin: o.Origin, Directive: o.Directive, Service: o.Service, Blocked: o.Blocked, Count: o.Count, First: o.First, Page: o.Page,
		})
	}
	return found, nil
}

// purposes are those of the policy in force, for the dashboard.
func (s *site) purposes() (list []server.Purpose) {
	for _, p := range s.guard.Rules().Purposes() {
		list = append(list, server.Purpose{ID: string(p.ID), Names: p.Name})
	}
	return list
}

// others is what was left to "other", in the order of the dimensions.
func others(f stats.Figures) (list []server.Other) {
	for dim := range stats.Dimensions() {
		if folded, ok := f.Folded[dim]; ok {
			list = append(list, server.Other{Dimension: dim, Cap: dim.Spec().Cap, Capped: folded.Capped, Held: folded.Held, Late: folded.Late})
		}
	}
	return list
}

// told is what became of what pages told, in the order of the names.
func told(f guard.BeaconFigures) (list []server.Drop) {
	for _, fate := range slices.Sorted(maps.Keys(f.Fates)) {
		list = append(list, server.Drop{Reason: fate, Count: f.Fates[fate]})
	}
	return list
}
