package attack

import "math"

// Referee says whether claims are right more often than chance: by how many standard deviations.
func Referee(p *Population, named []int) (right int, sigmas float64) {
	came := 0
	for _, c := range p.Came {
		if c {
			came++
		}
	}
	for _, i := range named {
		if p.Came[i] {
			right++
		}
	}
	share := float64(came) / float64(len(p.Came))
	n := float64(len(named))
	if n == 0 || share == 0 || share == 1 {
		return right, 0
	}
	return right, (float64(right) - n*share) / math.Sqrt(n*share*(1-share))
}
