package guard

import "testing"

func TestNextState(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line, value, rest string
		ok                bool
	}{
		{"cookie_consent=1.2", "1.2", "", true},
		{"a=b; cookie_consent=1.2; c=d", "1.2", " c=d", true},
		{"a=b;cookie_consent=1.2 ;c=d", "1.2", "c=d", true},
		{"a=b;\tcookie_consent=", "", "", true},
		{"my_cookie_consent=no; cookie_consent=yes", "yes", "", true},
		{"my_cookie_consent=no", "", "", false},
		{"a=\"cookie_consent\"", "", "", false},
		{"cookie_consent", "", "", false},
		{"", "", "", false},
	}
	for _, tt := range tests {
		if value, rest, ok := nextState(tt.line); value != tt.value || rest != tt.rest || ok != tt.ok {
			t.Errorf("%q: %q, %q, %v; want %q, %q, %v", tt.line, value, rest, ok, tt.value, tt.rest, tt.ok)
		}
	}
}

func FuzzNextState(f *testing.F) {
	f.Add("a=b; cookie_consent=1.2; cookie_consent=3")
	f.Fuzz(func(t *testing.T, line string) {
		for n := 0; ; n++ {
			_, rest, ok := nextState(line)
			if !ok {
				return
			}
			if len(rest) >= len(line) {
				t.Fatalf("%q does not get shorter: %q", line, rest)
			}
			line = rest
		}
	})
}
