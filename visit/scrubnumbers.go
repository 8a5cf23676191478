package visit

// digitRun returns the length of the digits at the start of seg with single separators between them,
// as phone numbers, dates, addresses and versions are written. It is not ok when a letter follows: then
// the digits are part of a word.
func digitRun(seg []byte) (n int, ok bool) {
	if seg[0] == '+' {
		n = 1
	}
	for n < len(seg) {
		switch {
		case digit(seg[n]):
			n++
		case n+1 < len(seg) && separates(seg[n]) && digit(seg[n+1]):
			n += 2
		case n+2 < len(seg) && separates(seg[n]) && separates(seg[n+1]) && digit(seg[n+2]): // "7 (701) 123"
			n += 3
		default:
			if wordly(seg[n]) {
				return backToSeparator(seg[:n])
			}
			return n, true
		}
	}
	return n, true
}

// backToSeparator gives the last group back to the word that it begins.
func backToSeparator(run []byte) (int, bool) {
	for i := len(run) - 1; i > 0; i-- {
		if !digit(run[i]) {
			for i > 0 && !digit(run[i-1]) {
				i--
			}
			return i, i > 0
		}
	}
	return 0, false
}

func separates(c byte) bool {
	return c == '-' || c == '.' || c == '_' || c == ',' || c == '(' || c == ')' || c == '~'
}

// groups are the numbers of a run of digits.
type groups struct {
	n      int // of them; only the first 8 are kept
	digits int
	value  [8]int
	size   [8]int
}

func groupsOf(run []byte) (g groups) {
	open := false
	for _, c := range run {
		if !digit(c) {
			open = false
			continue
		}
		if !open {
			open = true
			g.n++
		}
		g.digits++
		if i := g.n - 1; i < len(g.value) && g.size[i] < 9 {
			g.value[i] = 10*g.value[i] + int(c-'0')
			g.size[i]++
		}
	}
	return g
}

// appendNumber appends a run of digits, or what stands for it. alone says that it is all of its
// segment, but for an extension.
func appendNumber(out, run []byte, alone bool, before []byte) []byte {
	g := groupsOf(run)
	if p := g.personal(run, alone, before); p != "" {
		return append(out, p...)
	}
	return append(out, run...)
}

func (g *groups) personal(run []byte, alone bool, before []byte) string {
	switch {
	case run[0] == '+' && g.digits >= 5:
		return ":phone"
	case g.address():
		return ":ip"
	case g.date():
		return ""
	case g.n > 1:
		if g.digits >= 7 {
			return ":phone"
		}
	case g.digits == 11 && (run[0] == '7' || run[0] == '8'), g.digits == 10 && run[0] == '7':
		return ":phone"
	case alone:
		return g.number(before)
	}
	for _, size := range g.size {
		if size >= 5 {
			return ":id"
		}
	}
	return ""
}

func (g *groups) address() bool {
	if g.n != 4 {
		return false
	}
	for i := range 4 {
		if g.value[i] > 255 || g.size[i] > 3 {
			return false
		}
	}
	return true
}

func (g *groups) year(i int) bool { return g.size[i] == 4 && g.value[i] >= 1900 && g.value[i] < 2100 }

func (g *groups) upTo(i, n int) bool { return g.size[i] <= 2 && g.value[i] >= 1 && g.value[i] <= n }

// compact reports a recent date written as 20240517.
func (g *groups) compact(i int) bool {
	year, month, day := g.value[i]/10000, g.value[i]/100%100, g.value[i]%100
	return g.size[i] == 8 && year >= 1995 && year < 2040 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// date reports years, months and days as they are written, two years, and versions made of a date
// ("2.20240517").
func (g *groups) date() bool {
	if (g.n == 2 || g.n == 3 && g.size[2] <= 4) && g.size[0] == 1 && g.compact(1) {
		return true
	}
	switch g.n {
	case 1:
		return g.year(0) || g.compact(0)
	case 2:
		return g.year(0) && (g.upTo(1, 12) || g.year(1)) || g.upTo(0, 12) && g.year(1)
	case 3:
		return g.year(0) && g.upTo(1, 12) && g.upTo(2, 31) || g.upTo(0, 31) && g.upTo(1, 12) && g.year(2)
	}
	return false
}

// number judges a segment that is one number: a page, a small number that counts something, or an
// error page stays; where the segment before names people or orders, nothing does.
func (g *groups) number(before []byte) string {
	word := asciiLower(before)
	switch {
	case personWords[string(word)]:
		return ":id"
	case g.size[0] <= 2, countWords[string(word)] && g.size[0] <= 4:
		return ""
	case g.value[0] == 404 || g.value[0] == 403 || g.value[0] == 500:
		return ""
	}
	return ":id"
}

func asciiLower(b []byte) []byte {
	if len(b) > 16 {
		return nil
	}
	var out [16]byte
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out[i] = c
	}
	return out[:len(b)]
}

// countWords name things that are counted, not people.
var countWords = map[string]bool{
	"page": true, "p": true, "pages": true, "chapter": true, "part": true, "step": true, "level": true, "lesson": true,
	"volume": true, "issue": true, "season": true, "episode": true, "grade": true, "class": true, "бет": true, "стр": true,
}

// personWords name people and what belongs to one.
var personWords = map[string]bool{
	"user": true, "users": true, "u": true, "id": true, "account": true, "accounts": true, "profile": true, "profiles": true,
	"member": true, "members": true, "client": true, "clients": true, "customer": true, "customers": true, "patient": true,
	"patients": true, "student": true, "students": true, "teacher": true, "teachers": true, "order": true, "orders": true,
	"invoice": true, "invoices": true, "ticket": true, "tickets": true, "cart": true, "people": true, "person": true, "author": true,
	"iin": true, "bin": true, "phone": true, "tel": true, "contract": true, "payment": true, "payments": true, "card": true,
}
