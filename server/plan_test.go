package server_test

import (
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/visit"
)

// planned is a site with goals and a funnel.
func planned(c *server.Config, _ *bench) {
	c.Plan = must(visit.NewPlan(
		[]visit.Goal{{Name: "order", Aim: visit.Aim{Page: "/order/*/done"}}, {Name: "played", Aim: visit.Aim{Event: "play"}}},
		[]visit.Funnel{{Name: "shop", Steps: []visit.Aim{{Page: "/shop/**"}, {Page: "/cart"}, {Page: "/order/*/done"}}}},
	))
}
