package visit

import "testing"

func TestHostsOfPeople(t *testing.T) {
	for host, want := range map[string]string{
		"host-2-132-78-21.dsl.example.net": "dsl.example.net", "21.78.132.2.dsl.example.net": "dsl.example.net", "u860101300123.mail.example.org": "mail.example.org",
		"77015551234.shop.example": "shop.example", "8-701-555-12-34.example.kz": "example.kz", "a.860101300123.kz": "", "a1b2c3d4e5f6a7b8c9.cdn.example": "cdn.example",
		"ec2-3-120-10-5.compute.example": "compute.example",
		// names that are no person's
		"163.com": "163.com", "2gis.kz": "2gis.kz", "360.cn": "360.cn", "123rf.com": "123rf.com", "9111.ru": "9111.ru", "news24.co.uk": "news24.co.uk",
		"4-5-0.example.kz": "4-5-0.example.kz", "2026.example.kz": "2026.example.kz", "xn--80a1acny1234567.xn--p1ai": "xn--80a1acny1234567.xn--p1ai", "summer-sale-2026.example.kz": "summer-sale-2026.example.kz",
	} {
		if got := bareOfPeople(host); got != want {
			t.Errorf("%s becomes %q, want %q", host, got, want)
		}
	}
}
