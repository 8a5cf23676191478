package consent

import "strings"

func (l *lint) services() {
	for i, s := range l.Services {
		field := at("services", i)
		if len(s.Text) == 0 {
			l.warn(field+".text", "undescribed", "is missing: say in a sentence what %q does", s.Name)
		}
		if s.Recipient == "" {
			if origin := l.foreign(s.Origins); origin != "" {
				l.warn(field+".recipient", "unnamed", "is missing, and %s sees the address of every visitor: name who receives data there", origin)
			}
			continue
		}
		switch {
		case s.Notice == "":
			l.warn(field+".notice", "no-notice", "is missing: link to what %q says about its own use of the data", s.Recipient)
		case strings.HasPrefix(s.Notice, "http://"):
			l.warn(field+".notice", "http", "is not served over TLS: give an https URL")
		}
		if len(s.Data) == 0 && len(l.Data) > 0 {
			l.warn(field+".data", "no-data", "is missing: list which kinds of data %q is given", s.Recipient)
		}
	}
}

// foreign returns the first origin outside the site and this machine.
func (l *lint) foreign(origins []string) string {
	v := &validation{Policy: l.Policy}
	for _, origin := range origins {
		_, host, _ := strings.Cut(origin, "://")
		host, _, _ = strings.Cut(strings.TrimPrefix(host, "*."), ":")
		if own := len(l.Site.Domains) > 0 && v.ownDomain(host); !own && !isLoopback(host) {
			return origin
		}
	}
	return ""
}

func isLoopback(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || strings.HasSuffix(host, ".localhost")
}

func (l *lint) origins() {
	first := map[string]int{}
	for i, s := range l.Services {
		for j, origin := range s.Origins {
			field := at(at("services", i)+".origins", j)
			_, host, _ := strings.Cut(origin, "://")
			host, _, _ = strings.Cut(host, ":")
			if strings.HasPrefix(origin, "http://") && !isLoopback(host) {
				l.warn(field, "http", "is not served over TLS, so that anybody on the way may change it: give an https origin")
			}
			if strings.HasPrefix(host, "*.") {
				l.warn(field, "wide-origin", "lets in every host under %s: list those that are used", strings.TrimPrefix(host, "*."))
			}
			k, taken := first[origin]
			if !taken {
				first[origin] = i
			} else if other := l.Services[k]; other.Purpose != s.Purpose || l.PerService && k != i {
				l.warn(field, "shared-origin", "is an origin of %q too: browsers cannot tell the two apart, so that refusing one stops neither; make them one service", other.ID)
			}
		}
	}
}
