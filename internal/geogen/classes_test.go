package geogen_test

import (
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/geogen"
)

func TestClassify(t *testing.T) {
	for _, row := range []struct {
		asn  uint32
		name string
		want geo.NetClass
	}{
		{16509, "Amazon.com, Inc.", geo.NetHosting},
		{24940, "Hetzner Online GmbH", geo.NetHosting},
		{1, "Example Hosting Ltd", geo.NetHosting},
		{1, "EXAMPLE DATA CENTER LLC", geo.NetHosting},
		{1, "Example Data Systems Center", geo.NetUnknown},
		{1, "Telecom Hosting (VPS), Inc.", geo.NetHosting},
		{15169, "Google LLC", geo.NetBot},
		{396982, "Google LLC", geo.NetHosting},
		{216025, "Mullvad VPN AB", geo.NetVPN},
		{27683, "VPN de Mexico, S.A. de C.V.", geo.NetUnknown}, // a company's name, not its trade
		{208323, "Foundation for Applied Privacy", geo.NetTor},
		{29355, "Kcell JSC", geo.NetMobile},
		{1, "Example Mobile Telecom", geo.NetMobile},
		{9198, "JSC Kazakhtelecom", geo.NetEyeball},
		{1, "Universidad de Example", geo.NetEyeball},
		{1, "Telecommuters Anonymous", geo.NetUnknown},
		{1, "", geo.NetUnknown},
	} {
		if got := geogen.Classify(row.asn, row.name); got != row.want {
			t.Errorf("%d %q is %s, want %s", row.asn, row.name, got, row.want)
		}
	}
}

// No number stands in the list twice, or it would depend on the order of a map which class it gets.
func TestOperatorsAreOfOneClass(t *testing.T) {
	seen := map[uint32]geo.NetClass{}
	for class, numbers := range geogen.Operators() {
		for _, asn := range numbers {
			if other, twice := seen[asn]; twice {
				t.Errorf("%d is %s and %s", asn, class, other)
			}
			seen[asn] = class
		}
	}
}
