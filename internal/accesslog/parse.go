package accesslog

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/visit"
)

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 64 << 10

// What can be wrong with a line. The texts repeat nothing of it: a log line is personal data.
var (
	ErrEmpty    = errors.New("the line is empty")
	ErrLong     = errors.New("the line is longer than 64 KiB")
	ErrAddress  = errors.New("it does not begin with a client address")
	ErrTime     = errors.New("there is no time such as [02/Jan/2006:15:04:05 -0700]")
	ErrRequest  = errors.New("there is no request in quotes")
	ErrStatus   = errors.New("there is no status code from 100 to 599")
	ErrQuote    = errors.New("a quoted field does not end: the line was cut off")
	ErrJSON     = errors.New("it is no Caddy access log entry")
	errNotFound = errors.New("field not found")
)

// Parser reads lines. It remembers the last date it saw, which makes it fast; it is not safe for
// concurrent use. The zero Parser is ready.
type Parser struct {
	clock clock
}

// Parse reads one line without its line break. The strings of the result are parts of line.
func (p *Parser) Parse(line string) (visit.LogLine, error) {
	switch {
	case len(line) > MaxLine:
		return visit.LogLine{}, ErrLong
	case strings.TrimSpace(line) == "":
		return visit.LogLine{}, ErrEmpty
	case line[0] == '{':
		return parseCaddy(line)
	}
	return p.parseText(line)
}

// parseText reads: [vhost[:port]] address ident user [time] "request" status bytes ["referrer" "agent"] …
// The user's name is the visitor's to choose, brackets included; a quote in it would be escaped.
func (p *Parser) parseText(line string) (l visit.LogLine, err error) {
	end := strings.Index(line, `] "`)
	if end < 0 {
		return l, textFault(line)
	}
	begin := strings.LastIndex(line[:end], " [")
	if begin < 0 {
		return l, ErrTime
	}
	if l.Addr, l.Host, err = addresses(line[:begin]); err != nil {
		return l, err
	}
	var ok bool
	if l.Time, ok = p.clock.read(line[begin+2 : end]); !ok {
		return l, ErrTime
	}
	request, rest, err := quoted(line[end+2:])
	if err != nil {
		return l, err
	}
	l.Method, l.Target, l.Proto = splitRequest(request)
	status, rest := word(rest)
	if l.Status, err = strconv.Atoi(status); err != nil || l.Status < 100 || l.Status > 599 {
		return l, ErrStatus
	}
	size, rest := word(rest)
	if l.Bytes, err = strconv.ParseInt(size, 10, 64); err != nil || l.Bytes < 0 {
		l.Bytes = 0 // "-": nothing was sent
	}
	if l.Referrer, rest, err = optional(rest); err != nil {
		return l, err
	}
	if l.UserAgent, rest, err = optional(rest); err != nil {
		return l, err
	}
	more(rest, &l)
	return l, nil
}

// textFault says what a line without a time and a request behind it lacks.
func textFault(line string) error {
	if _, rest, ok := strings.Cut(line, " ["); ok && strings.Contains(rest, "]") {
		return ErrRequest
	}
	return ErrTime
}

// addresses reads the fields before the time: the client's address is the first or, after a virtual
// host, the second.
func addresses(head string) (netip.Addr, string, error) {
	first, rest := word(head)
	if addr, err := netip.ParseAddr(first); err == nil {
		return addr, "", nil
	}
	second, _ := word(rest)
	if addr, err := netip.ParseAddr(second); err == nil {
		return addr, first, nil
	}
	return netip.Addr{}, "", ErrAddress
}

// word cuts the first run of non-spaces off s.
func word(s string) (first, rest string) {
	s = strings.TrimLeft(s, " ")
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// quoted cuts a field in double quotes off s; a backslash keeps the quote behind it inside.
func quoted(s string) (field, rest string, err error) {
	s = strings.TrimLeft(s, " ")
	if s == "" || s[0] != '"' {
		return "", s, errNotFound
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return unescape(s[1:i]), s[i+1:], nil
		}
	}
	return "", "", ErrQuote
}

// optional is quoted, for a field that the Common Log Format does not have.
func optional(s string) (field, rest string, err error) {
	field, rest, err = quoted(s)
	if errors.Is(err, errNotFound) {
		return "", s, nil
	}
	if field == "-" {
		field = ""
	}
	return field, rest, err
}

// unescape undoes what Apache and nginx do to quotes, backslashes and bytes that do not print.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if s[i] == 'x' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(plain(s[i]))
	}
	return b.String()
}

func plain(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	}
	return c
}

// splitRequest reads a request line. What is none (a TLS hello on a plain port, say) has no method and
// no target, and is still a request that was answered.
func splitRequest(s string) (method, target, proto string) {
	method, rest, ok := strings.Cut(s, " ")
	if !ok || method == "" || len(method) > 20 || strings.ContainsFunc(method, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return "", "", ""
	}
	if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
		rest, proto = rest[:i], rest[i+1:]
	}
	return method, rest, proto
}
