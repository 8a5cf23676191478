// Package middleware mounts Kelisim in an Echo v4 site:
//
//	store, err := boltstore.Open("kelisim-data/kelisim.db", boltstore.Options{})
//	guard, err := middleware.New(middleware.Config{Store: store, Policy: policy, Secret: secret, Trust: middleware.TrustDirect})
//	e.Use(guard.Process)
//	guard.Register(e.Group("/consent"))
//	defer guard.Shutdown(ctx)
//
// Process must be the first middleware, so that it sees every cookie that another one sets. From then
// on cookies without consent pass in neither direction, HTML pages carry the banner, and page views
// are counted anonymously:
//
//	if guard.Choice(c).Allows(consent.Marketing) { … }
//
// # What it never does
//
// It never fails, delays or changes a page because of a fault of its own: a store that is away, a full
// disk, a corrupt cookie. It never lets a cookie pass because of one either.
package middleware
