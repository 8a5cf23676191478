package attack

import (
	"math"

	"github.com/kelisim/kelisim/stats"
)

// Evidence is anything at rest that depends on the keys of those who came.
type Evidence interface {
	// Ratio returns P(it rests as it does | the i-th address came) / P(it rests as it does | that address did
	// not). The attacker knows the address, its user agent, its place and the keys.
	Ratio(i int) float64
}

// Likelihood is what everything at rest tells attacker B of one address, in two factors.
//
// Own compares the world in which the address came with the one in which it did not and another of the same kind came in its
// place: same place, network and browser, same pages at the same moments. Counts are the same in both, and so is what a
// floor lets out, which looks at nothing but counts (a test plays both, and finds the same batches and numbers). So only what
// depends on a key can tell them apart: a trace of the key itself ([Dictionary]), a table that keys
// set bits in, numbers that depend on keys ([NewCrowds]). The ratios of several such things are multiplied, as if
// none followed from another. Where nothing that rests depends on a key, which is what the mirror of a site shows
// ([Site.Keyed]), there is none, and Own is 1. It is what must not be above 3.
//
// Group compares worlds in which so many of a kind came, or one fewer, which is what counts are there to tell. Of M known addresses
// that could be counted under a value, n were. If each came with a chance q, the share that the totals tell, the number n is
// n/(M-n) · (1-q)/q times as likely if one given of them came: the same for each of the M, and without bound where nearly all of
// them came. The floors see to it that n is k or more, or 0 ([Differences]); they cannot see to M. So it is reported, and not
// promised.
type Likelihood struct{ Own, Group float64 }

// Likelihoods returns the likelihood ratios of every known address. found are those of which a trace was found.
func Likelihoods(p *Population, d *Dump, found []int, evidence ...Evidence) []Likelihood {
	all := make([]Likelihood, len(p.Addrs))
	for i := range p.Addrs {
		all[i] = Likelihood{Own: 1, Group: 1}
		for _, e := range evidence {
			all[i].Own *= e.Ratio(i)
		}
	}
	p.groups(d, all)
	for _, i := range found {
		all[i].Own = math.Inf(1)
	}
	return all
}

// Most returns the largest ratios.
func Most(list []Likelihood) (most Likelihood) {
	for _, l := range list {
		most.Own, most.Group = max(most.Own, l.Own), max(most.Group, l.Group)
	}
	return most
}

// groups fills in what the counts tell of groups: of all that an address is in, the one that tells most.
func (p *Population) groups(d *Dump, all []Likelihood) {
	var total stats.Counts
	for _, c := range d.Hours {
		total.Add(&c)
	}
	share := float64(total[stats.Visitors]) / float64(len(p.Addrs))
	if share <= 0 || share >= 1 {
		return
	}
	could := p.carriers()
	for cell, c := range d.Rows {
		members := could[cell]
		if len(members) == 0 || c[stats.Visitors] == 0 {
			continue
		}
		n, m := float64(c[stats.Visitors]), float64(len(members))
		ratio := math.Inf(1)
		if n < m {
			ratio = n / (m - n) * (1 - share) / share
		}
		for _, i := range members {
			all[i].Group = max(all[i].Group, ratio)
		}
	}
}
