package server

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/kelisim/kelisim/server/post"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// digest is a summary that somebody gets by mail, as the store keeps it.
type digest struct {
	ID    string `json:"id"`
	To    string `json:"to"`
	Lang  string `json:"lang"`
	Every string `json:"every"` // day, week, month
}

// digestEvery are the intervals on offer.
var digestEvery = [...]string{"day", "week", "month"}

// digestHour is when digests leave, of the site's zone: the day before is over and closed.
const digestHour = 7

// digestRows is how many values each list of a digest has.
const digestRows = 5

// digestMail is what a digest says.
type digestMail struct {
	Lang, Site, Title, Span string
	Before                  string
	Cards                   []card
	Lists                   []digestList
	K                       int
}

type digestList struct {
	Title string
	Rows  []listRow
}

// days is the range that is over at a moment: yesterday, last week, last month.
func (d digest) days(now time.Time) stats.Range {
	today, _ := visit.DayOf(now, now.Location())
	switch d.Every {
	case "week":
		monday := byWeek.floor(today)
		return stats.Range{First: monday - 7, Last: monday - 1}
	case "month":
		first := byMonth.floor(today)
		return stats.Range{First: byMonth.floor(first - 1), Last: first - 1}
	}
	return stats.Range{First: today - 1, Last: today - 1}
}

func (s *Server) sendDigest(ctx context.Context, d digest, now time.Time) {
	ed, ok := s.pages[d.Lang]
	if !ok || now.Hour() < digestHour {
		return
	}
	days := d.days(now)
	s.once(ctx, "mail", d.ID, days.First.String(), func(ctx context.Context) (hand, error) {
		mail, err := s.newDigestMail(ctx, ed.locale, days)
		if err != nil {
			return nil, err
		}
		return s.letter(ed, "digest", mail, post.Mail{To: d.To, Subject: mail.Title, ID: "digest-" + d.ID + "-" + days.First.String()})
	})
}

// letter writes a mail by the templates of a name.
func (s *Server) letter(ed *edition, name string, body any, m post.Mail) (hand, error) {
	var text, page bytes.Buffer
	if err := errors.Join(ed.text(&text, name, body), ed.html(&page, name, body)); err != nil {
		return nil, err
	}
	m.Text, m.HTML = text.String(), page.String()
	return func(ctx context.Context) error { return s.cfg.Mail.Send(ctx, m) }, nil
}

func (s *Server) newDigestMail(ctx context.Context, l *locale, days stats.Range) (digestMail, error) {
	mail := digestMail{Lang: l.lang, Site: clean(s.cfg.Site, valueMax), Span: l.Span(days.First, days.Last), K: s.cfg.Reports.Floors().Of(stats.DimCountry)}
	mail.Title = l.T("digest.title", mail.Site, mail.Span)
	held, err := s.readSpan(ctx)
	if err != nil {
		return mail, err
	}
	p := &period{Preset: "custom", First: days.First, Last: days.Last, Today: dayIn(s.cfg.Now(), s.cfg.Zone), By: byDay, Compare: comparePrevious, now: s.cfg.Now(), zone: s.cfg.Zone}
	now, past, err := readBoth(ctx, s.cfg.Reports, p, held)
	if err != nil {
		return mail, err
	}
	for _, m := range metrics() {
		value := m.Value(&now.Total)
		c := card{Label: l.T("metric." + m.Name), Value: m.Unit.Format(l, value)}
		if past != nil && past.Any {
			c.Change = compare(l, m, value, m.Value(&past.Total))
			first, last, _ := p.before()
			mail.Before = l.Span(first, last)
		}
		mail.Cards = append(mail.Cards, c)
	}
	for _, name := range []string{"page", "source", "country", "channel"} {
		spec, _ := findList(name)
		list, err := readList(ctx, s.cfg.Reports, l, p, spec, digestRows, "")
		if err != nil {
			return mail, err
		}
		mail.Lists = append(mail.Lists, digestList{l.T("list." + name), list.Rows})
	}
	return mail, nil
}
