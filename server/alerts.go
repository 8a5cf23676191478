package server

import (
	"context"
	"slices"
	"time"

	"github.com/kelisim/kelisim/server/post"
	"github.com/kelisim/kelisim/stats"
)

// alertRule is when somebody is told that something is out of the ordinary. A share of 0 switches that alert off.
type alertRule struct {
	To      string `json:"to"` // a mail address; "" for none
	Lang    string `json:"lang"`
	Hook    string `json:"hook"`   // "" for none
	Secret  string `json:"secret"` // by which events are signed
	Drop    int    `json:"drop"`   // percent of page views fewer than usual in an hour
	Spike   int    `json:"spike"`  // percent more than usual
	Errors  int    `json:"errors"` // percent of answers of an hour that are faults of the server (5xx)
	Consent int    `json:"consent"`

	Networks int `json:"networks"` // percent of what one provider asked for in an hour that failed, where that is unusual
}

// Bounds below which nothing is out of the ordinary.
const (
	alertWeeks    = 4   // the same hour of so many weeks is the usual
	alertKnown    = 3   // of which so many must be known
	alertViews    = 20  // page views that are usual in the hour, or seen in it for a spike
	alertAnswers  = 100 // answers of an hour, or of two
	alertAsked    = 50  // visitors who were asked for consent
	alertSettling = 5   // minutes after the hour
)

// alert is one thing out of the ordinary: what webhooks get as JSON.
type alert struct {
	ID    string    `json:"id"`   // the same for each try: "drop-2026-11-23"
	Kind  string    `json:"kind"` // drop, spike, errors, consent, network
	Site  string    `json:"site"`
	At    time.Time `json:"at"`
	Now   float64   `json:"now"`   // page views of the hour, or a share of 0 to 1
	Usual float64   `json:"usual"` // the same in the past; for errors the share that is allowed

	Network  string `json:"network,omitempty"`  // the provider that errors come from; "" is one not known
	Requests int64  `json:"requests,omitempty"` // of it in that hour
	Hour     string `json:"hour,omitempty"`     // "14:00", when it began, of the site's zone

	hour uint8
}

func (rule *alertRule) off() bool { return rule.To == "" && rule.Hook == "" }

// sendAlerts looks for what is out of the ordinary and tells of each kind once a day.
func (s *Server) sendAlerts(ctx context.Context, rule alertRule, now time.Time) {
	if rule.off() || now.Minute() < alertSettling {
		return
	}
	found, err := s.findAlerts(ctx, &rule, now)
	s.grumble(ctx, "alerts", err)
	for _, a := range found {
		day := dayIn(now, s.cfg.Zone).String()
		a.ID, a.Site, a.At = a.Kind+"-"+day, s.cfg.Site, now.UTC().Truncate(time.Second)
		if rule.To != "" && s.cfg.Mail != nil {
			s.once(ctx, "mail", "alert-mail-"+a.Kind, day, func(context.Context) (hand, error) { return s.alertLetter(&rule, a) })
		}
		if rule.Hook != "" && s.cfg.Hooks != nil {
			s.once(ctx, "hook", "alert-hook-"+a.Kind, day, func(context.Context) (hand, error) {
				return func(ctx context.Context) error { return s.cfg.Hooks.Send(ctx, rule.Hook, []byte(rule.Secret), a) }, nil
			})
		}
	}
}

func (s *Server) findAlerts(ctx context.Context, rule *alertRule, now time.Time) (found []alert, err error) {
	for _, look := range []func(context.Context, *alertRule, time.Time) (*alert, error){s.trafficAlert, s.errorAlert, s.consentAlert, s.networkAlert} {
		a, err := look(ctx, rule, now)
		if err != nil {
			return found, err
		}
		if a != nil {
			found = append(found, *a)
		}
	}
	return found, nil
}

// trafficAlert compares the last whole hour with the median of the same hour of past weeks.
func (s *Server) trafficAlert(ctx context.Context, rule *alertRule, now time.Time) (*alert, error) {
	if rule.Drop == 0 && rule.Spike == 0 {
		return nil, nil
	}
	hour := now.Add(-time.Hour).Truncate(time.Minute)
	held, err := s.readSpan(ctx)
	if err != nil || !held.ok {
		return nil, err
	}
	views, err := s.viewsAt(ctx, hour)
	if err != nil {
		return nil, err
	}
	var past []float64
	for week := 1; week <= alertWeeks; week++ {
		at := hour.AddDate(0, 0, -7*week)
		if dayIn(at, s.cfg.Zone) <= held.first { // its first day may be half a day
			break
		}
		n, err := s.viewsAt(ctx, at)
		if err != nil {
			return nil, err
		}
		past = append(past, n)
	}
	if len(past) < alertKnown {
		return nil, nil
	}
	slices.Sort(past)
	usual := (past[(len(past)-1)/2] + past[len(past)/2]) / 2
	switch {
	case rule.Drop > 0 && usual >= alertViews && views < usual*float64(100-rule.Drop)/100:
		return &alert{Kind: "drop", Now: views, Usual: usual}, nil
	case rule.Spike > 0 && views >= alertViews && views > max(usual, 1)*float64(100+rule.Spike)/100:
		return &alert{Kind: "spike", Now: views, Usual: usual}, nil
	}
	return nil, nil
}

// viewsAt is how many page views there were in the hour of t.
func (s *Server) viewsAt(ctx context.Context, t time.Time) (views float64, err error) {
	day := dayIn(t, s.cfg.Zone)
	points, err := s.cfg.Reports.Series(ctx, stats.Range{First: day, Last: day}, stats.ByHour, s.cfg.Zone)
	for _, p := range points {
		if p.At.Hour() == t.Hour() {
			views += float64(p.Counts[stats.Views])
		}
	}
	return views, err
}

// errorAlert looks at the answers of this hour, and of this and the last one together: an outage must not have to outweigh all the good
// answers of a long day before it is told of.
func (s *Server) errorAlert(ctx context.Context, rule *alertRule, now time.Time) (*alert, error) {
	if rule.Errors == 0 {
		return nil, nil
	}
	days := stats.Range{First: dayIn(now.Add(-time.Hour), s.cfg.Zone), Last: dayIn(now, s.cfg.Zone)}
	points, err := s.cfg.Reports.Series(ctx, days, stats.ByHour, s.cfg.Zone)
	if err != nil {
		return nil, err
	}
	var faults, answers int64
	for _, p := range slices.Backward(points) {
		if p.At.After(now) {
			continue
		}
		if now.Sub(p.At) >= 2*time.Hour {
			break
		}
		faults, answers = faults+p.Counts[stats.Faults], answers+p.Counts[stats.Requests]
		if share := float64(faults) / float64(max(1, answers)); answers >= alertAnswers && share*100 > float64(rule.Errors) {
			return &alert{Kind: "errors", Now: share, Usual: float64(rule.Errors) / 100}, nil
		}
	}
	return nil, nil
}

// consentAlert compares how many of those asked yesterday granted something with the week before.
func (s *Server) consentAlert(ctx context.Context, rule *alertRule, now time.Time) (*alert, error) {
	if rule.Consent == 0 {
		return nil, nil
	}
	day := dayIn(now, s.cfg.Zone) - 1
	yesterday, err := s.cfg.Reports.Consents(ctx, stats.Range{First: day, Last: day})
	if err != nil {
		return nil, err
	}
	week, err := s.cfg.Reports.Consents(ctx, stats.Range{First: day - 7, Last: day - 1})
	if err != nil || yesterday.Total.Shown < alertAsked || week.Total.Shown < alertAsked {
		return nil, err
	}
	granted := func(a stats.Answers) float64 { return float64(a.Accepted+a.Customised) / float64(a.Shown) }
	if now, usual := granted(yesterday.Total), granted(week.Total); now < usual*float64(100-rule.Consent)/100 {
		return &alert{Kind: "consent", Now: now, Usual: usual}, nil
	}
	return nil, nil
}

// alertMail is what a mail about an alert says.
type alertMail struct{ Lang, Title, Text string }

func (s *Server) alertLetter(rule *alertRule, a alert) (hand, error) {
	ed, ok := s.pages[rule.Lang]
	if !ok {
		ed = s.pages[s.cfg.Languages[0]]
	}
	l := ed.locale
	write := func(v float64) string { return l.Number(int64(v + .5)) }
	if a.Kind == "errors" || a.Kind == "consent" {
		write = l.Percent
	}
	m := alertMail{Lang: l.lang, Title: clean(s.cfg.Site, valueMax) + ": " + l.T("alert."+a.Kind)}
	if a.Kind == "network" {
		m.Text = networkText(l, &a)
	} else {
		m.Text = l.T("alert."+a.Kind+".text", write(a.Now), write(a.Usual))
	}
	return s.letter(ed, "alert", m, post.Mail{To: rule.To, Subject: m.Title, ID: "alert-" + a.ID})
}
