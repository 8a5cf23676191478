package accesslog

import (
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// maxSeconds is the longest answer that is believed: a day.
const maxSeconds = 24 * 60 * 60

// more reads what stands behind the fields of the combined format, as sites add it: a time such as nginx's
// $request_time (seconds with three digits behind the point, bare or as rt=, request_time= or
// response_time=) and the host asked for, as host= or vhost=. Anything else is passed over.
func more(rest string, l *visit.LogLine) {
	if strings.TrimLeft(rest, " ") == "" {
		return
	}
	timed := false
	for range maxMore {
		rest = strings.TrimLeft(rest, " ")
		if rest == "" {
			return
		}
		if rest[0] == '"' {
			_, after, err := quoted(rest)
			if err != nil {
				return
			}
			rest = after
			continue
		}
		var field string
		field, rest = word(rest)
		name, value, named := strings.Cut(field, "=")
		if !named {
			name, value = "", field
		}
		value = strings.Trim(value, `"`)
		switch name {
		case "", "rt", "request_time", "response_time":
			if took, ok := requestTime(value); ok && !timed {
				l.Latency, timed = took, true
			}
		case "host", "vhost":
			if l.Host == "" && value != "-" {
				l.Host = value
			}
		}
	}
}

// maxMore bounds how many further fields are looked at.
const maxMore = 16

// requestTime reads seconds as nginx writes them: "0.042". Other numbers mean other things.
func requestTime(s string) (time.Duration, bool) {
	whole, part, ok := strings.Cut(s, ".")
	if !ok || len(part) != 3 || len(whole) == 0 || len(whole) > 5 {
		return 0, false
	}
	ms, err := strconv.ParseUint(whole+part, 10, 32)
	if err != nil || ms > maxSeconds*1000 {
		return 0, false
	}
	return time.Duration(ms) * time.Millisecond, true
}
