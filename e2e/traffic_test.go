package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// traffic is people who look at pages one after the other, without the browser around it.
type traffic struct {
	p    *program
	took []time.Duration // how long each page view took
}

// view asks for n pages, each of which must be answered.
func (w *traffic) view(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		r, err := http.NewRequest(http.MethodGet, w.p.site+[]string{"/", "/articles", "/articles/wild", "/video"}[i%4], nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", fmt.Sprintf("%s Part/%d", person, i%8))
		began := time.Now()
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("page view %d: %v", i, err)
		}
		_, err = io.Copy(io.Discard, answer.Body)
		closing(t, answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("page view %d: %s, %v", i, answer.Status, err)
		}
		w.took = append(w.took, time.Since(began))
	}
}

// viewFor keeps looking at pages until so long has passed.
func (w *traffic) viewFor(t *testing.T, d time.Duration) {
	t.Helper()
	for began := time.Now(); time.Since(began) < d; {
		w.view(t, 4)
	}
}

// usual is how long 95 of 100 page views before the n-th took, on this machine as it is.
func (w *traffic) usual(n int) time.Duration {
	return slices.Sorted(slices.Values(w.took[:n]))[n*95/100]
}

// wantFast wants 95 of 100 page views since the n-th within limit.
func (w *traffic) wantFast(t *testing.T, since int, limit time.Duration) {
	t.Helper()
	took := slices.Sorted(slices.Values(w.took[since:]))
	if p95 := took[len(took)*95/100]; p95 > limit {
		t.Errorf("95 of 100 page views took up to %v, the slowest %v; want %v", p95, took[len(took)-1], limit)
	}
}
