package banner_test

import (
	"strings"
	"testing"

	"github.com/kelisim/kelisim/static/banner"
)

func TestUsesOfConsentMode(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		use           banner.Use
		valid, speaks bool
		origins       int
	}{
		{"", true, true, 0},
		{banner.Basic, true, true, 0},
		{banner.Advanced, true, true, 4},
		{banner.Off, true, false, 0},
		{"always", false, true, 0},
	} {
		m := banner.Mode{Use: row.use}
		if err := m.Check(nil); (err == nil) != row.valid {
			t.Errorf("%q: %v", row.use, err)
		}
		if got := strings.Contains(string(banner.ModeScript(banner.View{}, m)), "dataLayer"); got != row.speaks {
			t.Errorf("%q: the script speaks: %v", row.use, got)
		}
		if got := m.Origins(); len(got) != row.origins {
			t.Errorf("%q: %q before consent", row.use, got)
		}
	}
}
