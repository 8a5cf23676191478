package risk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// askAs judges a request of a visitor with a device cookie, "" for one who does not consent.
func askAs(e *risk.Engine, device, target, country string, at time.Time) risk.Verdict {
	q := risk.FromLog(visit.LogLine{Addr: alice, Time: at, Method: "GET", Target: target, UserAgent: chrome, Status: 200}, geo.Location{Country: country})
	q.SetDevice(device)
	return e.Assess(&q)
}

func newDevice(t *testing.T, e *risk.Engine) string {
	t.Helper()
	device, err := e.NewDevice()
	if err != nil || !risk.ValidDevice(device) {
		t.Fatalf("%q, %v", device, err)
	}
	return device
}

func tellBrowser(t *testing.T, e *risk.Engine, device string, b risk.Browser) {
	t.Helper()
	if err := e.TellBrowser(device, b, "KZ", noon); err != nil {
		t.Fatal(err)
	}
}

// TestS3_6_3_WhatBrowsersTell: each fact by what it says, and none leads to more than a note.
func TestS3_6_3_WhatBrowsersTell(t *testing.T) {
	t.Parallel()
	const attack = "/x?q=1+UNION+SELECT+2"
	for _, row := range []struct {
		browser risk.Browser
		target  string
		codes   []risk.Code
		score   uint8
		action  risk.Action
	}{
		{risk.Browser{}, "/", nil, 0, risk.ActionAllow},
		{risk.Browser{Driven: true}, "/", []risk.Code{"browser_driven"}, 30, risk.ActionLog},
		{risk.Browser{NoPlugins: true}, "/", nil, 0, risk.ActionAllow},
		{risk.Browser{NoPlugins: true, NoScreen: true}, "/", []risk.Code{"browser_bare"}, 15, risk.ActionAllow},
		{risk.Browser{Driven: true, NoPlugins: true, NoScreen: true, NoLanguages: true}, "/", []risk.Code{"browser_driven", "browser_bare"}, 45, risk.ActionLog},
		{risk.Browser{TimeZone: "America/New_York"}, "/", nil, 0, risk.ActionAllow}, // a traveller
		{risk.Browser{TimeZone: "America/New_York"}, attack, []risk.Code{"sql_injection", "browser_zone"}, 75, risk.ActionChallenge},
		{risk.Browser{TimeZone: "Asia/Almaty"}, attack, []risk.Code{"sql_injection"}, 65, risk.ActionThrottle},
		{risk.Browser{TimeZone: "No/Where"}, attack, []risk.Code{"sql_injection"}, 65, risk.ActionThrottle},
		{risk.Browser{TimeZone: strings.Repeat("a/", 4000)}, attack, []risk.Code{"sql_injection"}, 65, risk.ActionThrottle},
	} {
		e := engine(t)
		device := newDevice(t, e)
		tellBrowser(t, e, device, row.browser)
		v := askAs(e, device, row.target, "KZ", noon)
		if got := codesOf(v); !slices.Equal(got, row.codes) || v.Action != row.action || v.Bot+v.Network != row.score {
			t.Errorf("%+v at %s: %v %d %v, want %v %d %v", row.browser, row.target, v.Action, v.Bot+v.Network, got, row.action, row.score, row.codes)
		}
		for _, r := range v.Reasons {
			if strings.HasPrefix(string(r.Code), "browser_") && r.Basis != risk.BasisConsent {
				t.Errorf("%s rests on %s", r.Code, r.Basis)
			}
		}
	}
}

// TestS4_4_5_BrowsersAreForgotten: on withdrawal, for a visitor whose cookie is not read, after three hours, with the key of the day,
// and when the clock is set back.
func TestS4_4_5_BrowsersAreForgotten(t *testing.T) {
	t.Parallel()
	e := engine(t)
	device, other := newDevice(t, e), newDevice(t, e)
	tellBrowser(t, e, device, risk.Browser{Driven: true})
	driven := func(device string, at time.Time) bool { return has(askAs(e, device, "/", "KZ", at), "browser_driven") }
	if !driven(device, noon) || !driven(device, noon.Add(179*time.Minute)) || !e.KnowsBrowser(device, noon) {
		t.Error("what was told does not count")
	}
	for name, holds := range map[string]bool{
		"without the cookie": driven("", noon), "another cookie": driven(other, noon), "a forged one": driven(device[:21]+"!", noon),
		"three hours later": driven(device, noon.Add(3*time.Hour)), "the clock set back": driven(device, noon.Add(-time.Hour)),
		"another one is known": e.KnowsBrowser(other, noon), "it is known after three hours": e.KnowsBrowser(device, noon.Add(3*time.Hour)),
		"a day later": driven(device, noon.Add(24*time.Hour)), // last, since it ends the key
	} {
		if holds {
			t.Error(name)
		}
	}
	e.ForgetDevice(other, noon)
	e.ForgetDevice("short", noon)
	late := noon.Add(11*time.Hour + 30*time.Minute)
	if err := e.TellBrowser(device, risk.Browser{Driven: true}, "KZ", late); err != nil || !e.KnowsBrowser(device, late.Add(29*time.Minute)) || e.KnowsBrowser(device, late.Add(31*time.Minute)) {
		t.Errorf("%v, or a browser is not known, or still once the key of the day is dead", err)
	}
	e = engine(t)
	tellBrowser(t, e, device, risk.Browser{Driven: true})
	e.ForgetDevice(device, noon)
	if driven(device, noon) || e.KnowsBrowser(device, noon) {
		t.Error("a device that was forgotten is judged")
	}
}

// TestTheSiteMaySwitchBrowsersOff, and rules may ask for them.
func TestTheSiteMaySwitchBrowsersOff(t *testing.T) {
	t.Parallel()
	e := engine(t, func(o *risk.Options) { o.Rules.Off = []risk.Code{"browser_driven", "browser_zone"} })
	device := newDevice(t, e)
	tellBrowser(t, e, device, risk.Browser{Driven: true, TimeZone: "America/New_York"})
	if v := askAs(e, device, "/x?q=1+UNION+SELECT+2", "KZ", noon); len(v.Reasons) != 1 {
		t.Errorf("%v", codesOf(v))
	}
	e = engine(t, func(o *risk.Options) {
		o.Rules.Rules = []risk.Rule{{Name: "driven", Path: []string{"/login"}, Signal: []risk.Code{"browser_driven"}, Then: risk.ActionStepUp}}
	})
	device = newDevice(t, e)
	tellBrowser(t, e, device, risk.Browser{Driven: true})
	if v := askAs(e, device, "/login", "KZ", noon); v.Action != risk.ActionStepUp || v.Rule != "driven" {
		t.Errorf("%v %q", v.Action, v.Rule)
	}
}

// TestManyBrowsersTakeNoMoreMemory than the table has.
func TestManyBrowsersTakeNoMoreMemory(t *testing.T) {
	t.Parallel()
	e := engine(t)
	tellBrowser(t, e, newDevice(t, e), risk.Browser{})
	before := e.Figures().Bytes
	for range 5_000 {
		tellBrowser(t, e, newDevice(t, e), risk.Browser{Driven: true})
	}
	if after := e.Figures().Bytes; after != before {
		t.Errorf("%d bytes, before %d", after, before)
	}
	for _, bad := range []string{"", "short", strings.Repeat("a", 23), strings.Repeat("ä", 11)} {
		if err := e.TellBrowser(bad, risk.Browser{Driven: true}, "KZ", noon); err == nil {
			t.Errorf("%q is taken for a device cookie", bad)
		}
	}
}
