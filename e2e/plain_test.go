package e2e_test

import "testing"

// The same promises without JavaScript: the banner and the privacy centre are forms.

func TestS2_2_8_RefusalWithoutScripts(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{plain: true})
	v.open("/articles")
	v.shown(panel)
	v.submit(reject, "/articles")
	v.hidden(panel)
	v.wantJar(necessary...)
	v.walk()
	v.hidden(panel)
	v.wantJar(necessary...)
	v.wantWire(necessary...)
	p.wantSilence(t, nil)
}

func TestS4_4_2_AcceptanceWithoutScripts(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{plain: true})
	v.open("/articles/wild")
	v.shown(panel)
	v.submit(accept, "/articles/wild")
	v.hidden(panel)
	v.walk()
	v.wantJar("cookie_consent", "demo_session", proof, "demo_language", "kelisim_device", "demo_visitor", "kelisim_visits", "demo_ad")
}

func TestS4_4_2_ChoosingWithoutScripts(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{plain: true})
	v.open("/")
	v.shown(panel)
	v.click(more)
	v.shown("#k-p-statistics")
	v.click("#k-p-statistics")
	v.submit(save, "/")
	v.walk()
	statistics := []string{"cookie_consent", "demo_session", proof, "demo_visitor", "kelisim_visits"}
	v.wantJar(statistics...)
	v.wantWire(statistics...)
}

func TestS4_4_5_WithdrawalWithoutScripts(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{plain: true})
	v.open("/")
	v.shown(panel)
	v.submit(accept, "/")
	v.walk()
	v.wantJar("cookie_consent", "demo_session", proof, "demo_language", "kelisim_device", "demo_visitor", "kelisim_visits", "demo_ad")
	v.submit(reopen, "/consent/") // the reopen control is a link to the privacy centre
	v.submit("button[value=withdraw]", "/consent/")
	v.wantJar(necessary...)
	v.wire.forget()
	v.walk()
	v.hidden(panel)
	v.wantJar(necessary...)
	v.wantWire(necessary...)
}
