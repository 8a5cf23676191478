package consent_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

func TestParseSetCookie(t *testing.T) {
	const session, lasting, deletion = 0, 1, 2
	for _, row := range []struct {
		line     string
		name     string
		life     int
		httpOnly bool
	}{
		{"a=b", "a", session, false},
		{"a=b; HttpOnly", "a", session, true},
		{"a=b;httponly;secure", "a", session, true},
		{" a\t=b; Path=/", "a", session, false},
		{"a==b", "a", session, false},
		{"a=", "a", session, false},
		{"=b", "", session, false},
		{"b", "", session, false},
		{"", "", session, false},
		{"a=b\x00; Max-Age=0", "", session, false},
		{"a=b\n; Max-Age=0", "", session, false},
		{"a=b\x7f", "", session, false},
		{"a=\"x; Max-Age=0\"; Path=/", "a", session, false}, // quotes quote nothing; 0" is no number
		{"a=b; Max-Age=60", "a", lasting, false},
		{"a=b; max-age = 60", "a", lasting, false},
		{"a=b; Max-Age=0", "a", deletion, false},
		{"a=b; Max-Age=-5", "a", deletion, false},
		{"a=b; Max-Age=-0", "a", deletion, false},
		{"a=b; Max-Age=00", "a", deletion, false},
		{"a=b; Max-Age=", "a", session, false},
		{"a=b; Max-Age=-", "a", session, false},
		{"a=b; Max-Age=+0", "a", session, false},
		{"a=b; Max-Age=+60", "a", lasting, false}, // Chromium keeps it
		{"a=b; Max-Age=0x0", "a", session, false},
		{"a=b; Max-Age=0.5", "a", lasting, false},
		{"a=b; Max-Age=99999999999999999999999999", "a", lasting, false},
		{"a=b; Max-Age=0; Max-Age=60", "a", lasting, false},  // the last one wins
		{"a=b; Max-Age=60; Max-Age=0", "a", deletion, false}, //
		{"a=b; Max-Age=0; Max-Age=x", "a", session, false},   // Chromium: the malformed one cancels the other
		{"a=b; Max-Age=0; Max-Age=", "a", session, false},    //
		{"a=b; Max-Age=60; Max-Age=x", "a", lasting, false},  // the RFC: it is as if it were not there
		{"a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a", deletion, false},
		{"a=b; Expires=Thu, 01-Jan-1970 00:00:01 GMT", "a", deletion, false},
		{"a=b; Expires=Thursday, 01-Jan-70 00:00:01 GMT", "a", deletion, false},
		{"a=b; Expires=Thu Jan  1 00:00:00 1970", "a", deletion, false},
		{"a=b; Expires=Sun, 01 Jan 2045 00:00:00 GMT", "a", lasting, false},
		{"a=b; Expires=Sun, 01-Jan-45 00:00:00 GMT", "a", lasting, false}, // 2045, not 1945
		{"a=b; Expires=0", "a", session, false},
		{"a=b; Expires=-1", "a", session, false},
		{"a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=0", "a", session, false},
		{"a=b; Expires=Thu, 01 Jan 1600 00:00:00 GMT", "a", lasting, false}, // malformed: browsers differ
		{"a=b; Expires=Thu, 31 Feb 2000 00:00:00 GMT", "a", lasting, false},
		{"a=b; Expires=Thu, 01 Jan 2000 24:00:00 GMT", "a", lasting, false},
		{"a=b; Expires=Thu, 01 Jan 19700 00:00:00 GMT", "a", lasting, false},
		{"a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "a", lasting, false}, // Max-Age wins over Expires
		{"a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a", lasting, false},
		{"a=b; Expires=Sun, 01 Jan 2045 00:00:00 GMT; Max-Age=0", "a", deletion, false},
		{"a=b; Max-Age=" + strings.Repeat("0", 1025), "a", session, false}, // browsers ignore attributes above 1,024 bytes
	} {
		got := consent.ParseSetCookie(row.line, noon)
		want := consent.SetCookie{Name: row.name, HTTPOnly: row.httpOnly, Persistent: row.life == lasting, Deletes: row.life == deletion}
		if got != want {
			t.Errorf("%.80q:\ngot  %+v\nwant %+v", row.line, got, want)
		}
	}
}

// Now is what divides a deletion from a cookie that lasts.
func TestParseSetCookieReadsTheClock(t *testing.T) {
	line := "a=b; Expires=" + noon.Format(http.TimeFormat)
	for _, row := range []struct {
		now     time.Time
		deletes bool
	}{{noon, true}, {noon.Add(time.Second), true}, {noon.Add(-time.Second), false}} {
		if got := consent.ParseSetCookie(line, row.now); got.Deletes != row.deletes || got.Persistent == row.deletes {
			t.Errorf("at %v: %+v", row.now, got)
		}
	}
}

// What net/http writes is read as it was meant.
func TestParseSetCookieReadsNetHTTP(t *testing.T) {
	for _, row := range []struct {
		ck   http.Cookie
		want consent.SetCookie
	}{
		{http.Cookie{Name: "a", Value: "b"}, consent.SetCookie{Name: "a"}},
		{http.Cookie{Name: "a", Value: "b", HttpOnly: true, SameSite: http.SameSiteLaxMode, Path: "/", Secure: true}, consent.SetCookie{Name: "a", HTTPOnly: true}},
		{http.Cookie{Name: "a", MaxAge: -1}, consent.SetCookie{Name: "a", Deletes: true}},
		{http.Cookie{Name: "a", MaxAge: 5}, consent.SetCookie{Name: "a", Persistent: true}},
		{http.Cookie{Name: "a", Expires: noon.Add(time.Hour)}, consent.SetCookie{Name: "a", Persistent: true}},
		{http.Cookie{Name: "a", Expires: time.Unix(1, 0)}, consent.SetCookie{Name: "a", Deletes: true}},
		{http.Cookie{Name: "a", Value: "with space"}, consent.SetCookie{Name: "a"}},
	} {
		if got := consent.ParseSetCookie(row.ck.String(), noon); got != row.want {
			t.Errorf("%s: got %+v, want %+v", row.ck.String(), got, row.want)
		}
	}
}

func FuzzParseSetCookie(f *testing.F) {
	for _, line := range []string{"a=b", "a=b; Max-Age=0; HttpOnly", "_ga=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "=x", "PHPSESSID=1; httponly",
		"a=b; Expires=Sun, 06-Nov-94 08:49:37 GMT; max-age=-1", "__Host-x=y; Path=/; Secure", "x\x00=y", "ad_1=;;;=;Max-Age"} {
		f.Add(line)
	}
	b := compile(f)
	refused := visitor(b, plain, reject)
	f.Fuzz(func(t *testing.T, line string) {
		ck := consent.ParseSetCookie(line, noon)
		if ck.Deletes && ck.Persistent {
			t.Fatalf("%q both lasts and deletes", line)
		}
		if std, err := http.ParseSetCookie(line); err == nil && std.MaxAge > 0 && ck.Deletes && !strings.Contains(strings.ToLower(line), "expires") &&
			strings.Count(strings.ToLower(line), "max-age") == 1 {
			t.Fatalf("%q: net/http reads Max-Age %d, we a deletion", line, std.MaxAge)
		}
		d := b.Decide(refused, ck)
		if d.Allow && !ck.Deletes && d.Purpose != consent.Necessary {
			t.Fatalf("%q passes a refusal: %+v", line, d)
		}
		if d.Allow && strings.HasPrefix(ck.Name, "ad_") && !ck.Deletes {
			t.Fatalf("%q: a declared marketing cookie passes a refusal", line)
		}
	})
}
