package main

import (
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// anonymity is what this process knows of people now.
func anonymity(state middleware.State, live *stats.Aggregator) *server.Anonymity {
	a := &server.Anonymity{
		Visitors: state.Visitors.Visitors, Capacity: state.Visitors.Capacity, Days: state.Visitors.Days,
		Others: state.Peers.Others, Together: live.LeaveViews(),
	}
	for _, h := range live.Holdings() {
		if h.Dim.IsPair() {
			a.Pairs += h.Values
		} else {
			a.Values += h.Values
		}
	}
	return a
}
