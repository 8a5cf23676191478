package consent_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// A visitor from first request to record.
func Example() {
	rules, err := consent.Compile(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := consent.NewKeys([]byte("32 random bytes, from the outside"))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

	choice, err := keys.OpenState("", rules, now) // the value of the cookie consent.StateCookie
	fmt.Println(errors.Is(err, consent.ErrNoState))
	choice = rules.Effective(choice, http.Header{})

	cookie := consent.ParseSetCookie("_ga=1; Max-Age=63072000", now)
	fmt.Println(rules.Decide(choice, cookie).Allow, rules.Decide(choice, cookie).Reason)

	answer, err := consent.ParseSubmission(url.Values{"action": {"choose"}, "purpose": {"statistics"}}, rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	if answer.RecordID, err = consent.NewID(rand.Reader); err != nil {
		fmt.Println(err)
		return
	}
	choice, record := rules.Apply(answer, choice, now)
	entry, err := keys.SealRecord(record) // for a consent.Ledger
	fmt.Println(len(entry.ID), err)
	fmt.Println(rules.Decide(choice, cookie).Allow, choice.Allows(consent.Marketing))
	// Output:
	// true
	// false undecided
	// 22 <nil>
	// true false
}

func ExampleCompile() {
	p := shop()
	p.Controller.BIN = "123"
	p.Services[0].Country = ""
	_, err := consent.Compile(p)
	fmt.Println(err)
	// Output:
	// consent: policy: services[0].country: is missing: say where "Operator of the ads" receives the data, such as KZ
	// consent: policy: controller.bin: "123" is no business identification number: 12 digits, the last being the check digit (Law 94-V art. 8.4)
}

func ExampleRulebook_Effective() {
	rules, _ := consent.Compile(shop())
	choice := rules.Effective(consent.Choice{}, http.Header{"Sec-Gpc": {"1"}})
	fmt.Println(choice.OptOut(), choice.Stance(consent.Statistics), choice.Counts())
	// Output: gpc opted-out false
}

func ExampleExpiry_AppendTo() {
	rules, _ := consent.Compile(shop())
	refused, _ := rules.Apply(consent.Submission{Action: consent.Reject}, consent.Choice{}, time.Now())
	expiry, _ := rules.Expire(refused, "_ga")
	for _, cookie := range expiry.AppendTo(nil, true) {
		fmt.Println(cookie.String())
	}
	// Output:
	// _ga=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure
	// _ga=; Path=/; Domain=shop.example; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure
}
