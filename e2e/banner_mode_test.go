package e2e_test

import (
	"strings"
	"testing"
)

// Google's tags are told the defaults before any of them runs, and each choice once.
func TestConsentModeSpeaksBeforeAnyTag(t *testing.T) {
	p := start(t)
	site := untouched(t, p, map[string][2]string{"/{$}": {
		`<script src="/consent/mode.js"></script><script src="/script/tag"></script>` + loader(""),
		article + `<script type="text/plain" data-consent="statistics" src="/script/basic"></script>`,
	}})
	const layer = `dataLayer.map(e => [...(e.event ? [e.event, e.kelisim_purposes] : e)].map(x => typeof x == "object" ? Object.entries(x).sort().map(p => p.join("=")).join(" ") : x).join(" ")).join("\n")`
	const denied = "ad_personalization=denied ad_storage=denied ad_user_data=denied analytics_storage=denied functionality_storage=denied personalization_storage=denied security_storage=granted"
	granted := strings.ReplaceAll(denied, "denied", "granted")
	defaults := "consent default " + denied + " wait_for_update=500\nset ads_data_redaction false\nset url_passthrough false"
	all := defaults + "\nconsent update " + granted + "\nkelisim_choice necessary preferences statistics marketing"
	v := visit(t, site, options{})
	want := func(when, want string) {
		t.Helper()
		v.await(`window.kelisim`)
		becomes(v, when+", the data layer", layer, want)
	}
	v.open("/")
	v.enhanced()
	want("undecided", defaults)
	v.click(accept)
	v.await(`window.order.join() === "tag,basic"`)
	want("accepted", all)
	v.open("/")
	v.await(`window.order.join() === "tag,basic"`)
	want("decided", all)
	v.click(reopen)
	v.shown(panel)
	ask[bool](v, `window.before = true`)
	v.click(reject)
	v.await(`!window.before && window.kelisim`)
	want("withdrawn", defaults+"\nconsent update "+denied+"\nkelisim_choice necessary")
	if ask[bool](v, `window.order.includes("basic")`) {
		t.Error("a tag runs after the withdrawal")
	}
}
