package visit_test

import (
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/kelisim/kelisim/visit"
)

func Example() {
	anonymiser, err := visit.NewAnonymiser(visit.Options{Secret: secret, Zone: time.UTC})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "https://example.kz/user/42/posts?token=secret", nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0")
	r.Header.Set("Referer", "https://www.google.kz/search?q=secret")

	hit := visit.Capture(r, visit.TrustDirect, time.Date(2024, 5, 17, 12, 0, 0, 0, time.UTC))
	pv := anonymiser.Page(hit, visit.Response{Status: 200, ContentType: "text/html"})

	fmt.Println(hit)
	fmt.Println(pv.Day, pv.Path, pv.Source, pv.Channel, pv.BrowserVersion, pv.OS, pv.Step.NewVisitor)
	// Output:
	// visit.Hit(redacted)
	// 2024-05-17 /user/:id/posts google.kz search Firefox 150 Linux true
}

func ExampleParseTrust() {
	trust, err := visit.ParseTrust("header:CF-Connecting-IP@173.245.48.0/20,103.21.244.0/22")
	fmt.Println(trust, err)
	_, err = visit.ParseTrust("proxy")
	fmt.Println(err)
	// Output:
	// header:Cf-Connecting-Ip@173.245.48.0/20,103.21.244.0/22 <nil>
	// visit: trust "proxy": use direct, cidr:…, hops:N or header:NAME@CIDR,…
}
