// Package risk says what is known of the network behind a hit, for security and the prevention of
// fraud (S1-4.1.4, S3-6.3): where it is, who provides it, what kind of network it is.
//
// A [Verdict] is information for the site to act on. The tables behind it are approximate, so country
// and provider alone are never a reason to act: a verdict recommends nothing by itself.
//
// Nothing here is stored, and nothing is ever joined to statistics.
package risk
