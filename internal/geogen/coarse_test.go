package geogen_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kelisim/kelisim/internal/geogen"
)

func TestCoarse(t *testing.T) {
	for _, row := range []struct {
		why    string
		ranges []geogen.Range
		want   []geogen.Run
	}{
		{"nobody owns anything", nil, []geogen.Run{{0, 8, 0}}},
		{"one owns all", []geogen.Range{{0, 31, 5}}, []geogen.Run{{0, 8, 5}}},
		{"neighbours of one owner join", []geogen.Range{{0, 3, 5}, {4, 7, 5}}, []geogen.Run{{0, 2, 5}, {2, 8, 0}}},
		{"a gap stays a gap", []geogen.Range{{4, 7, 5}, {12, 15, 5}}, []geogen.Run{{0, 1, 0}, {1, 2, 5}, {2, 3, 0}, {3, 4, 5}, {4, 8, 0}}},
		{"most of a unit wins", []geogen.Range{{0, 0, 1}, {1, 3, 2}}, []geogen.Run{{0, 1, 2}, {1, 8, 0}}},
		{"a tie goes to the smaller", []geogen.Range{{0, 1, 9}, {2, 3, 2}}, []geogen.Run{{0, 1, 2}, {1, 8, 0}}},
		{"unowned addresses have no say", []geogen.Range{{1, 1, 3}}, []geogen.Run{{0, 1, 3}, {1, 8, 0}}},
		{"an uneven range", []geogen.Range{{2, 13, 4}}, []geogen.Run{{0, 4, 4}, {4, 8, 0}}},
		{"the first of two that overlap", []geogen.Range{{0, 15, 1}, {8, 23, 2}}, []geogen.Run{{0, 4, 1}, {4, 6, 2}, {6, 8, 0}}},
		{"unsorted", []geogen.Range{{16, 31, 2}, {0, 15, 1}}, []geogen.Run{{0, 4, 1}, {4, 8, 2}}},
		{"one within another", []geogen.Range{{0, 31, 1}, {8, 11, 2}}, []geogen.Run{{0, 8, 1}}},
	} {
		if got := geogen.Coarse(row.ranges, 2, 8); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.why, got, row.want)
		}
	}
}

func TestCut(t *testing.T) {
	runs := []geogen.Run{{0, 4, 1}, {4, 8, 2}}
	for _, row := range []struct {
		why         string
		holes, want []geogen.Run
	}{
		{"no hole", nil, runs},
		{"in the middle", []geogen.Run{{1, 2, 0}}, []geogen.Run{{0, 1, 1}, {1, 2, 0}, {2, 4, 1}, {4, 8, 2}}},
		{"across two runs", []geogen.Run{{3, 5, 0}}, []geogen.Run{{0, 3, 1}, {3, 5, 0}, {5, 8, 2}}},
		{"at both ends", []geogen.Run{{0, 1, 0}, {7, 8, 0}}, []geogen.Run{{0, 1, 0}, {1, 4, 1}, {4, 7, 2}, {7, 8, 0}}},
		{"everything", []geogen.Run{{0, 8, 0}}, []geogen.Run{{0, 8, 0}}},
	} {
		if got := geogen.Cut(runs, row.holes); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.why, got, row.want)
		}
	}
}

// Runs cover everything once, in order, and neighbours differ; each unit has the value that a naive
// count of its addresses gives.
func TestCoarseAgreesWithNaiveCount(t *testing.T) {
	const shift, size = 3, 64
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var ranges []geogen.Range
		owner := make([]uint32, size<<shift)
		for at := uint64(0); ; {
			at += rng.Uint64N(9)
			hi := at + rng.Uint64N(40)
			if hi >= size<<shift {
				break
			}
			value := 1 + uint32(rng.IntN(3))
			ranges = append(ranges, geogen.Range{Lo: at, Hi: hi, Value: value})
			for ; at <= hi; at++ {
				owner[at] = value
			}
		}
		runs := geogen.Coarse(ranges, shift, size)
		at := uint64(0)
		for i, r := range runs {
			if r.Start != at || r.End <= r.Start || i > 0 && runs[i-1].Value == r.Value {
				t.Fatalf("seed %d: run %d of %v", seed, i, runs)
			}
			for ; at < r.End; at++ {
				if want := mostOf(owner[at<<shift : (at+1)<<shift]); r.Value != want {
					t.Fatalf("seed %d: unit %d is %d, want %d", seed, at, r.Value, want)
				}
			}
		}
		if at != size {
			t.Fatalf("seed %d: the runs end at %d", seed, at)
		}
	}
}

func mostOf(owners []uint32) (winner uint32) {
	var votes [4]int
	for _, v := range owners {
		votes[v]++
	}
	for v := uint32(1); v < 4; v++ {
		if votes[v] > 0 && (winner == 0 || votes[v] > votes[winner]) {
			winner = v
		}
	}
	return winner
}
