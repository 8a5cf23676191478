// Package cookielist knows widely used cookies by name: which product sets them, what for, and so which rule a
// policy may want for a cookie that nobody declared. It serves the dashboard and the policy linter; the
// middleware does without it.
//
// The list is the Open Cookie Database (Apache License 2.0, see NOTICE), as an npm package ships it, cut to
// what is shown here and compressed. It is what its contributors say of other people's products: a
// suggestion is to be read by a person, never put into force by itself. What the list calls "Functional" it
// defines as strictly necessary; that is believed only of products that neither measure nor advertise.
package cookielist

//go:generate go run ./generate
