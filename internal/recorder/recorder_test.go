package recorder_test

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/recorder"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

var at = time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)

type room struct {
	rules      *consent.Rulebook
	recorder   *recorder.Recorder
	aggregator *stats.Aggregator
}

func newRoom(t *testing.T) room {
	t.Helper()
	policy, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := consent.Compile(policy)
	if err != nil {
		t.Fatal(err)
	}
	anonymiser, err := visit.NewAnonymiser(visit.Options{Secret: []byte(strings.Repeat("s", 32)), Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	aggregator := stats.NewAggregator(stats.Options{Instance: "x", Floors: stats.Floors{Person: 1}})
	r, err := recorder.New(time.UTC, anonymiser, aggregator)
	if err != nil {
		t.Fatal(err)
	}
	return room{rules, r, aggregator}
}

// rows returns what is told, "dimension=value", of all dimensions.
func (r room) rows() (told []string) {
	for dim := range stats.Dimensions() {
		r.aggregator.LiveRows(dim, 0, 1<<30, func(row stats.Row) { told = append(told, dim.String()+"="+row.Value) })
	}
	return told
}

func hit() visit.Hit {
	r := httptest.NewRequest("POST", "/consent/choice", nil)
	r.RemoteAddr = "203.0.113.77:1"
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36")
	r.Header.Set("Accept-Language", "kk")
	return visit.Capture(r, visit.TrustDirect, at)
}

// TestS2_2_8_AnswersThatRefuseStatisticsTellNothingOfTheHit even if a caller hands it over.
func TestS2_2_8_AnswersThatRefuseStatisticsTellNothingOfTheHit(t *testing.T) {
	for _, test := range []struct {
		submission consent.Submission
		want       string
	}{
		{consent.Submission{Action: consent.Reject}, "consent=banner/rejected"},
		{consent.Submission{Action: consent.Choose}, "consent=banner/rejected"},
		{consent.Submission{Action: consent.Withdraw}, "consent=banner/rejected"},
		{consent.Submission{Action: consent.Choose, Purposes: []consent.Purpose{consent.Marketing}}, "consent=banner/customised consentpurpose=marketing/granted"},
		{consent.Submission{Action: consent.Accept}, "consent=banner/accepted consentcountry=KZ/accepted consentlanguage=kk/accepted consentdevice=desktop/accepted consentvariant=b/accepted consenttime=5/accepted"},
	} {
		r := newRoom(t)
		s := test.submission
		s.Method, s.Variant, s.Elapsed, s.RecordID = consent.MethodBanner, "b", "5", strings.Repeat("a", 22)
		after, record := r.rules.Apply(s, consent.Choice{}, at)
		r.recorder.Answer(at, recorder.Answer{Submission: s, Event: record.Event, After: after, Hit: hit(), Location: geo.Location{Country: "KZ"}})
		if got := strings.Join(r.rows(), " "); got != test.want {
			t.Errorf("%s %v tells %s\nwant %s", s.Action, s.Purposes, got, test.want)
		}
	}
}
