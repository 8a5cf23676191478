package consent

// transfers checks the answers about who gets the data against what the rest of the policy says.
func (v *validation) transfers() {
	t := v.Transfers
	for _, a := range [...]struct {
		field  string
		answer Answer
	}{
		{"transfers.third_parties", t.ThirdParties},
		{"transfers.cross_border", t.CrossBorder},
		{"transfers.publication", t.Publication},
	} {
		if a.answer != "" && a.answer != Yes && a.answer != No {
			v.add(a.field, "%q is no answer: write \"yes\" or \"no\"", a.answer)
		}
	}
	v.text("transfers.safeguards", t.Safeguards, false, maxText)
	v.text("transfers.published", t.Published, false, maxText)
	party, abroad := v.recipients()
	switch {
	case t.ThirdParties == No && party != "":
		v.add("transfers.third_parties", "says no, but %s has a recipient", party)
	case t.ThirdParties == Yes && party == "":
		v.add("transfers.third_parties", "says yes, but no service names a recipient: name every one (S1-5.2)")
	}
	switch {
	case t.CrossBorder == No && abroad != "":
		v.add("transfers.cross_border", "says no, but %s is outside %s", abroad, v.Region)
	case t.CrossBorder == Yes && abroad == "":
		v.add("transfers.cross_border", "says yes, but neither a service's country nor data_region is outside %s: name where data goes", v.Region)
	}
}

func (v *validation) authority() {
	v.text("authority.name", v.Authority.Name, v.Authority.URL != "", maxName)
	if v.Authority.URL != "" && !isURL(v.Authority.URL) {
		v.add("authority.url", "%q is no http or https URL", v.Authority.URL)
	}
}

// recipients returns the first service with a recipient, and the first place where data leaves the
// policy's country.
func (v *validation) recipients() (party, abroad string) {
	if v.DataRegion != "" && v.DataRegion != v.Region {
		abroad = "data_region"
	}
	for i, s := range v.Services {
		if s.Recipient != "" && party == "" {
			party = at("services", i)
		}
		if s.Recipient != "" && s.Country != "" && s.Country != v.Region && abroad == "" {
			abroad = at("services", i)
		}
	}
	return party, abroad
}

// law94V requires what consent must name under art. 8.4 of Law No. 94-V of 21 May 2013 on personal data
// and their protection, and storage in the country (art. 12.2, S2-2.7).
func (v *validation) law94V() {
	const law = " (Law 94-V art. 8.4)"
	switch bin := v.Controller.BIN; {
	case bin == "":
		v.add("controller.bin", "is missing: give the operator's business identification number, 12 digits in quotes"+law)
	case !isBIN(bin):
		v.add("controller.bin", "%q is no business identification number: 12 digits, the last being the check digit"+law, bin)
	}
	v.require(v.Controller.Address, "controller.address", "give the operator's address"+law)
	if v.Lifetimes.Choice.IsZero() {
		v.add("lifetimes.choice", "is missing: say for how long consent is given, such as \"6 months\""+law)
	}
	if len(v.Data) == 0 {
		v.add("data", "is missing: list every kind of data that the site holds"+law)
	}
	for _, a := range [...]struct {
		field, question string
		answer          Answer
	}{
		{"transfers.third_parties", "is data passed to third parties", v.Transfers.ThirdParties},
		{"transfers.cross_border", "does data leave the country", v.Transfers.CrossBorder},
		{"transfers.publication", "is data published in sources open to all", v.Transfers.Publication},
	} {
		v.require(string(a.answer), a.field, a.question+"? Write \"yes\" or \"no\""+law)
	}
	if v.DataRegion != "" && v.DataRegion != "KZ" {
		v.add("data_region", "is %q: personal data must rest in Kazakhstan (Law 94-V art. 12.2)", v.DataRegion)
	}
}

// isBIN reports whether s is 12 digits whose last is the check digit: the sum of the first eleven by
// the weights 1 to 11, modulo 11; where that is 10, by the weights 3 to 11, 1, 2.
func isBIN(s string) bool {
	if len(s) != 12 || !isDigits(s) {
		return false
	}
	sum := func(first int) int {
		n := 0
		for i := range 11 {
			n += int(s[i]-'0') * ((first-1+i)%11 + 1)
		}
		return n % 11
	}
	check := sum(1)
	if check == 10 {
		check = sum(3)
	}
	return check == int(s[11]-'0')
}
