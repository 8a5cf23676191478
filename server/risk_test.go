package server_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/server"
)

// secured is a desk with a few hours of incidents on it.
type secured struct {
	*risk.Desk
	engine *risk.Engine
	err    error
}

func (s *secured) Hours(ctx context.Context, first, last time.Time) ([]risk.Hour, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.Desk.Hours(ctx, first, last)
}

// securing gives the dashboard a desk whose pseudonyms are always the same.
func securing(t *testing.T) (option, *secured) {
	t.Helper()
	s := &secured{}
	return func(c *server.Config, b *bench) {
		clock := func() time.Time { return b.clock }
		engine, err := risk.New(risk.Options{Secret: []byte(strings.Repeat("k", 32)), Capacity: 512})
		if err != nil {
			t.Fatal(err)
		}
		shelf := risk.NewMemoryShelf(clock)
		for _, period := range []int64{risk.PeriodOf(now), risk.PeriodOf(now) + 1} {
			if err := shelf.Put(t.Context(), fmt.Sprintf("seed/%08d", period), make([]byte, 32), now.AddDate(0, 0, 9)); err != nil {
				t.Fatal(err)
			}
		}
		s.engine, s.Desk = engine, risk.NewDesk(risk.DeskOptions{Engine: engine, Shelf: shelf, Now: clock})
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.fill()
		c.Risk = s
	}, s
}

// fill has incidents of 7 addresses from Kazakhstan and of one from Germany.
func (s *secured) fill() {
	reasons := func(codes ...risk.Code) (all []risk.Reason) {
		for _, row := range risk.Signals() {
			for _, code := range codes {
				if row.Code == code {
					all = append(all, risk.Reason{Code: row.Code, Weight: row.Weight, Basis: row.Basis, Clause: row.Clause, Bucket: row.Bucket()})
				}
			}
		}
		return all
	}
	for i := range 8 {
		at := now.Add(-time.Duration(i) * 40 * time.Minute).Truncate(time.Minute)
		who, network := s.engine.Who(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), at)
		in := risk.Incident{Time: at, Who: who, Network: network, Country: "KZ", Net: "hosting", Path: "/wp-login.php", Action: risk.ActionChallenge, Reasons: reasons("probe_scan", "admin_missing"), Expires: at.Add(10 * time.Minute)}
		if i == 7 {
			in.Country, in.Net, in.Path, in.Action, in.Mode = "DE", "tor", "/<script>alert(1)</script>", risk.ActionDeny, risk.ModeEnforce
		}
		s.Note(in)
	}
}

// TestSecurityPage: incidents with their reasons in each language, what would have been apart from what was, and values that few addresses show held back.
func TestSecurityPage(t *testing.T) {
	desk, _ := securing(t)
	b := newBench(t, desk)
	cookie := b.signIn(t)
	for lang, want := range map[string][]string{
		"en": {"Many different paths that do not exist", "would be: Questioned", "Refused", "Kazakhstan", "Data centres", "until ", "+60", "Shadow mode", "S3-6.3"},
		"ru": {"Много разных несуществующих путей", "было бы: Задан вопрос", "Отказано", "Казахстан", "Дата-центры", "Теневой режим"},
		"kk": {"Жоқ жолдардың көп түрі сұралды", "болар еді: Сұрақ қойылды", "Кіргізілмеді", "Қазақстан", "Деректер орталықтары", "Көлеңкелі режим"},
	} {
		page := body(t, b.do("GET", "/admin/security?days=7", nil, cookie, view(lang)))
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s: no %q", lang, text)
			}
		}
		if strings.Contains(page, "192.0.2") || strings.Contains(page, "<script>alert") {
			t.Errorf("%s: an address, or a script of a stranger", lang)
		}
	}
	page := body(t, b.do("GET", "/admin/security?days=7", nil, cookie, view("en")))
	statistics, _, _ := strings.Cut(page, `id="risk-list"`)
	if strings.Contains(statistics, "Germany") || strings.Contains(statistics, "Tor</bdi>") || !strings.Contains(statistics, "fewer than 5 addresses") {
		t.Error("what one address shows is told as statistics")
	}
	golden(t, "security.kk", body(t, b.do("GET", "/admin/security", nil, cookie, view("kk"))))
}

// TestBlockingFromThePage: a form blocks whoever an incident was of, the list says who did, and unblocking ends it.
func TestBlockingFromThePage(t *testing.T) {
	desk, s := securing(t)
	b := newBench(t, desk)
	cookie := b.signIn(t)
	who, _ := s.engine.Who(netip.MustParseAddr("192.0.2.3"), now)
	send := func(path string, form url.Values) (int, string) {
		res := b.do("POST", "/admin/security/"+path, form, cookie)
		return res.StatusCode, res.Header.Get("Location")
	}
	good := url.Values{"who": {who.String()}, "of": {fmt.Sprint(now.Unix())}, "hours": {"72"}}
	if status, to := send("block", good); status != 303 || to != "/admin/security?done=block" {
		t.Fatalf("block: %d %s", status, to)
	}
	page := body(t, b.do("GET", "/admin/security?done=block", nil, cookie, view("en")))
	for _, text := range []string{"It holds from the next request on", `value="` + who.String() + `"`, "<bdi>" + owner + "</bdi>", "Blocked <span"} {
		if !strings.Contains(page, text) {
			t.Errorf("no %q", text)
		}
	}
	if status, to := send("unblock", url.Values{"who": {who.String()}}); status != 303 || to != "/admin/security?done=unblock" {
		t.Errorf("unblock: %d %s", status, to)
	}
	if blocks, err := s.Blocks(t.Context()); err != nil || len(blocks) != 0 {
		t.Errorf("blocks %v, %v", blocks, err)
	}
	if deeds, err := s.Deeds(t.Context()); err != nil || len(deeds) != 2 {
		t.Errorf("deeds %v, %v", deeds, err)
	}
	for name, change := range map[string]url.Values{
		"no pseudonym": {"who": {"192.0.2.3"}}, "no time": {"of": {"x"}}, "another term": {"hours": {"9999"}}, "no term": {"hours": {""}},
	} {
		form := url.Values{}
		for key, v := range good {
			form[key] = v
		}
		for key, v := range change {
			form[key] = v
		}
		if status, _ := send("block", form); status != 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, to := send("block", url.Values{"who": {who.String()}, "of": {fmt.Sprint(now.AddDate(0, 0, -9).Unix())}, "hours": {"1"}}); status != 303 || to != "/admin/security?done=old" {
		t.Errorf("of long ago: %d %s", status, to)
	}
	if res := b.do("POST", "/admin/security/block", good); res.StatusCode == 303 && strings.Contains(res.Header.Get("Location"), "done") {
		t.Error("somebody who is not signed in blocked")
	}
	s.err = errors.New("away")
	if res := b.do("GET", "/admin/security", nil, cookie); res.StatusCode != 503 {
		t.Errorf("a shelf that is away: %d", res.StatusCode)
	}
}

// TestEverySignalIsExplained: in each language of the dashboard.
func TestEverySignalIsExplained(t *testing.T) {
	for _, lang := range []string{"en", "kk", "ru"} {
		texts := readLocale(t, lang)
		for _, s := range risk.Signals() {
			if texts["risk.code."+string(s.Code)] == "" || texts["risk.basis."+string(s.Basis)] == "" {
				t.Errorf("%s: no text for %s", lang, s.Code)
			}
		}
		for a := risk.ActionLog; a <= risk.ActionDeny; a++ {
			if texts["risk.action."+a.String()] == "" {
				t.Errorf("%s: no text for %s", lang, a)
			}
		}
	}
}

// TestNoPageWithoutAJudge: a site that judges nothing has neither page nor link.
func TestNoPageWithoutAJudge(t *testing.T) {
	b := newBench(t)
	cookie := b.signIn(t)
	if res := b.do("GET", "/admin/security", nil, cookie); res.StatusCode != 404 {
		t.Errorf("%d", res.StatusCode)
	}
	if page := body(t, b.do("GET", "/admin/", nil, cookie)); strings.Contains(page, "/admin/security") {
		t.Error("a link to a page that is not there")
	}
}

// view is the cookie of a language.
func view(lang string) *http.Cookie {
	return &http.Cookie{Name: "kelisim_view", Value: lang + ".auto"}
}

// TestSecurityFiles: the page as files, numbers apart from what is listed one by one, under the floor and the rights of the page.
func TestSecurityFiles(t *testing.T) {
	desk, s := securing(t)
	b := newBench(t, desk)
	cookie := b.signIn(t)
	who, _ := s.engine.Who(netip.MustParseAddr("192.0.2.3"), now)
	if err := s.Block(t.Context(), who, now, 24*time.Hour, "=cmd"); err != nil {
		t.Fatal(err)
	}
	s.Note(risk.Incident{Time: now.Truncate(time.Minute), Who: who, Country: "KZ", Net: "hosting", Path: "@SUM(A1)", Action: risk.ActionChallenge, Rule: "+evil"})
	for _, name := range []string{"security", "incidents"} {
		for _, kind := range []string{"csv", "json"} {
			file := "/admin/export/" + name + "." + kind + "?days=7"
			res := b.do("GET", file, nil, cookie)
			if got, want := res.Header.Get("Content-Disposition"), `attachment; filename="`+name+"-2026-11-17-2026-11-23."+kind+`"`; got != want {
				t.Errorf("%s: %s, want %s", file, got, want)
			}
			text := body(t, res)
			goldenFile(t, name+".golden."+kind, text)
			if strings.Contains(text, "192.0.2") || strings.Contains(text, who.String()) {
				t.Errorf("%s: an address, or a whole pseudonym", file)
			}
			if res := b.do("GET", file, nil); res.StatusCode == 200 {
				t.Errorf("%s: nobody is signed in", file)
			}
		}
	}
	for _, file := range []string{"security.csv", "incidents.csv"} {
		records, err := csv.NewReader(b.do("GET", "/admin/export/"+file, nil, cookie).Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			for _, cell := range record {
				if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
					t.Errorf("%s: a spreadsheet runs %q", file, cell)
				}
			}
		}
	}
	if text := body(t, b.do("GET", "/admin/export/security.csv?days=7", nil, cookie)); strings.Contains(text, "DE,") || strings.Contains(text, "tor,") {
		t.Error("what one address shows is told as statistics")
	}
	s.err = errors.New("away")
	for _, file := range []string{"security.json", "incidents.csv"} {
		if res := b.do("GET", "/admin/export/"+file, nil, cookie); res.StatusCode != 503 {
			t.Errorf("%s of a shelf that is away: %d", file, res.StatusCode)
		}
	}
}

// TestSecurityDays: a drawing of days begins them where the site does, and an incident of an address that nobody knows is shown.
func TestSecurityDays(t *testing.T) {
	desk, s := securing(t)
	b := newBench(t, desk)
	cookie := b.signIn(t)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	s.Note(risk.Incident{Time: midnight.Add(-time.Minute), Country: "KZ", Action: risk.ActionDeny, Mode: risk.ModeEnforce})
	s.Note(risk.Incident{Time: midnight.AddDate(0, 0, -7), Country: "KZ", Action: risk.ActionDeny, Mode: risk.ModeEnforce})
	page := body(t, b.do("GET", "/admin/security?days=7", nil, cookie, view("en")))
	for _, want := range []string{"<title>23 Nov 2026: Carried out 1, Would have been 7</title>", "<title>22 Nov 2026: Carried out 1, Would have been 0</title>", "<title>17 Nov 2026: Carried out 0,"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(page, "<title>16 Nov 2026") {
		t.Error("eight days")
	}
}
