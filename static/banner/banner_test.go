package banner_test

import "github.com/kelisim/kelisim/static/banner"

// view is a policy with something of everything.
func view(lang string) banner.View {
	return banner.View{
		Lang: lang, Site: "Алма бағы", Mount: "/consent", Revision: 3, Since: 2, Shape: "80ngv",
		Lasts: banner.Period{N: 6, Unit: "months"},
		Purposes: []banner.Purpose{
			{ID: "necessary", Required: true},
			{ID: "statistics", OptsOut: true, Cookies: []string{"_ga*", "visit_?"}},
			{ID: "marketing", OptsOut: true, Services: []banner.Service{
				{Name: "Banner exchange", Recipient: "Exchange LLP", Country: "Kazakhstan", ThirdParty: true},
				{Name: "Video", Recipient: "Video Inc.", Country: "Ireland", ThirdParty: true},
				{Name: "Own mailing"},
			}},
			{ID: "shop-help", Name: "Help <desk>", Text: "Answers & questions", Cookies: []string{"chat"}},
		},
	}
}
