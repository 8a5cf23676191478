package visit

// IsView reports whether hit, answered by res, is a page view, going by the request alone: a bot that
// is known by its user agent only counts as well. It is for visitors of whom nothing more may be read.
func IsView(hit Hit, res Response) bool {
	pv := Pageview{Kind: kindOf(&hit, &res), Status: res.Status}
	return pv.View()
}
