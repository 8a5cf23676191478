package guard

import (
	"errors"
	"html/template"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/static/banner"
)

// riskView is what a page of the guard's own shows.
type riskView struct {
	Kind    string // "ask", "slow" or "deny"
	Seconds int    // slow: how long to wait
	Fault   string // ask: why the last answer did not do

	Lang, Action, Token, Return, Privacy string
	A, B                                 int // ask: how much are they together?
	Question, FaultText                  string
	Text                                 riskText
}

var riskTemplate = template.Must(template.New("risk").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Text.Title}}</title>
<style>body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:10vh auto;padding:0 1rem;color:#1a1a1a;background:#fff}label{display:block;font-weight:600}input,button{box-sizing:border-box;font:inherit;padding:.5rem .75rem;margin:.5rem 0;min-height:2.75rem;border:2px solid #595959;border-radius:.25rem}button{background:#1a1a1a;color:#fff;cursor:pointer}:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}.fault{color:#a4001d;font-weight:600}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}input{color:#eee;background:#222;border-color:#8c8c8c}button{background:#eee;color:#161616}.fault{color:#ff9aa8}a{color:#9cc3ff}:focus-visible{outline-color:#9cc3ff}}</style></head>
<body><main><h1>{{.Text.Title}}</h1>
<p>{{.Text.Body}}</p>
{{- if eq .Kind "ask"}}
<form method="post" action="{{.Action}}">
<input type="hidden" name="token" value="{{.Token}}"><input type="hidden" name="return" value="{{.Return}}">
<label for="answer">{{.Question}}</label>
{{with .FaultText}}<p class="fault" id="fault" role="alert">{{.}}</p>{{end}}
<input id="answer" name="answer" type="text" inputmode="numeric" autocomplete="off" required size="4" aria-describedby="hint{{if .FaultText}} fault{{end}}"{{if .FaultText}} aria-invalid="true"{{end}}>
<button type="submit">{{.Text.Send}}</button>
<p id="hint">{{.Text.Hint}}</p>
</form>
{{- end}}
<p><a href="{{.Privacy}}">{{.Text.Privacy}}</a></p>
</main></body></html>
`))

// riskPage writes a page of the guard's own. It needs no script and sets no cookie.
func (g *Guard) riskPage(w http.ResponseWriter, r *http.Request, status int, v riskView) {
	v.Lang = riskMatcher().Match("", r.Header.Get("Accept-Language"))
	tongue := riskTexts[v.Lang]
	v.Text = tongue.of(v)
	if v.Kind == "ask" {
		v.Question = tongue.sum(v.A, v.B)
	}
	switch v.Fault {
	case "wrong":
		v.FaultText = tongue.wrong
	case "old":
		v.FaultText = tongue.old
	}
	v.Action, v.Privacy = g.answerPath(), g.config.Prefix+"/"
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Vary", "Accept-Language")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = riskTemplate.Execute(w, v) // the client may go away
	}
}

// riskMatcher falls back to English, which is not the site's choice but anybody's best guess.
func riskMatcher() *banner.Matcher { return banner.NewMatcher([]string{"en", "kk", "ru"}) }

// answerPath is where answers to challenges go. The centre has no such path; its check is that of receipts.
func (g *Guard) answerPath() string { return g.config.Prefix + "/answer" }

// ask shows a question, and afterwards goes on to the address back.
func (g *Guard) ask(w http.ResponseWriter, r *http.Request, addr netip.Addr, fault, back string) {
	c, err := g.risk.engine.Challenge(addr, g.config.Now())
	if err != nil {
		g.faults.note("risk", err)
		g.riskPage(w, r, http.StatusServiceUnavailable, riskView{Kind: "slow", Seconds: 1})
		return
	}
	g.riskPage(w, r, http.StatusForbidden, riskView{Kind: "ask", Fault: fault, Token: c.Token, Return: localPath(back), A: c.A, B: c.B})
}

// localPath is an address of this site to go back to, whatever a form says.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || len(path) > 2048 {
		return "/"
	}
	return path
}

// withRisk takes answers to challenges, below the prefix.
func (g *Guard) withRisk(centre http.Handler) http.Handler {
	if g.risk == nil {
		return centre
	}
	answers := g.answerPath()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != answers || r.Method != http.MethodPost {
			centre.ServeHTTP(w, r)
			return
		}
		g.check(w, r)
	})
}

// maxAnswer is more than the form takes.
const maxAnswer = 8 << 10

func (g *Guard) check(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form cannot be read.", http.StatusBadRequest)
		return
	}
	back := localPath(r.PostForm.Get("return"))
	answer, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get("answer")))
	if err != nil {
		answer = -1
	}
	addr := g.config.Trust.Addr(r)
	switch err := g.risk.engine.Answer(addr, r.PostForm.Get("token"), answer, g.config.Now()); {
	case err == nil:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, back, http.StatusSeeOther)
	case errors.Is(err, risk.ErrChallengeTries):
		w.Header().Set("Retry-After", "60")
		g.riskPage(w, r, http.StatusTooManyRequests, riskView{Kind: "slow", Seconds: 60})
	case errors.Is(err, risk.ErrChallengeWrong):
		g.ask(w, r, addr, "wrong", back)
	default:
		g.ask(w, r, addr, "old", back)
	}
}
