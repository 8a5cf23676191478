package attack

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// Commands reads the commands of one of Redis's append-only files, in order; scripts are there as what they did.
func Commands(file []byte) (commands [][]string) {
	for len(file) > 0 {
		n, rest, ok := count(file, '*')
		if !ok {
			return commands
		}
		command := make([]string, 0, n)
		for range n {
			size, body, ok := count(rest, '$')
			if !ok || size+2 > len(body) {
				return commands
			}
			command = append(command, string(body[:size]))
			rest = body[size+2:]
		}
		commands, file = append(commands, command), rest
	}
	return commands
}

// count reads a line of a mark and a number.
func count(file []byte, mark byte) (n int, rest []byte, ok bool) {
	line, rest, ok := bytes.Cut(file, []byte("\r\n"))
	if !ok || len(line) < 2 || line[0] != mark {
		return 0, nil, false
	}
	n, err := strconv.Atoi(string(line[1:]))
	return n, rest, err == nil && n >= 0
}

// Logged turns the commands of an append-only file into steps: one for each batch, in the order in which they
// came. known says which kinds of keys hold counts that this package can read; others are returned as strange.
func Logged(commands [][]string) (steps []Step, strange []string) {
	l := logged{names: map[string]map[string]string{}, held: map[Cell]stats.Counts{}}
	for _, c := range commands {
		if len(c) < 2 {
			continue
		}
		area, key, _ := strings.Cut(c[1], "}:")
		kind, rest, _ := strings.Cut(key, ":")
		switch {
		case !strings.HasPrefix(area, "k:{") || kind == "probe":
		case kind == "q" && strings.EqualFold(c[0], "HSET"):
			l.next()
			l.step = Step{Instance: rest, Rows: map[Cell]stats.Counts{}}
		case strings.EqualFold(c[0], "HSET") && kind == "t":
			l.total(c[2:])
		case strings.EqualFold(c[0], "HSET") && kind == "i":
			l.identify(rest, c[2:])
		case strings.EqualFold(c[0], "HSET") && kind == "d":
			l.add(rest, c[2:])
		case !slices.Contains(spaces, kind):
			strange = append(strange, fmt.Sprint(c[0], " ", c[1]))
		}
	}
	l.next()
	return l.steps, strange
}

// spaces are the kinds of keys that a store of statistics may write.
var spaces = []string{"q", "y", "c", "t", "i", "n", "d", "z", "f", "w", "s"}

type logged struct {
	names map[string]map[string]string // by dimension and day: id → value
	held  map[Cell]stats.Counts
	step  Step
	steps []Step
}

func (l *logged) next() {
	if l.step.Rows != nil {
		l.steps = append(l.steps, l.step)
	}
}

func (l *logged) identify(name string, pairs []string) {
	if l.names[name] == nil {
		l.names[name] = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		l.names[name][pairs[i+1]] = pairs[i]
	}
}

func (l *logged) add(name string, pairs []string) {
	_, number, _ := strings.Cut(name, ":")
	dim, err := strconv.Atoi(number)
	if err != nil {
		return
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		cell := Cell{stats.Dimension(dim), l.names[name][pairs[i]]}
		now := numbers(pairs[i+1])
		old := l.held[cell]
		l.held[cell] = now
		now.Sub(&old)
		l.step.add(cell, now)
	}
}

// total takes the totals of hours.
func (l *logged) total(pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		hour := Cell{Value: pairs[i]}
		now, old := numbers(pairs[i+1]), l.held[hour]
		l.step.Seen += now[stats.Views] - old[stats.Views]
		l.held[hour] = now
	}
}

// numbers reads the MessagePack integers that make up a row: a number for each measure, or nine, of the first eight and of lots.
func numbers(text string) (c stats.Counts) {
	const narrow = 9
	n := 0
	for ; n < len(c) && text != ""; n++ {
		if c[n], text = number(text); n == narrow-1 && text == "" {
			c[narrow-1], c[stats.Crowd] = 0, c[narrow-1]
		}
	}
	return c
}

// number reads one.
func number(text string) (n int64, rest string) {
	kind := text[0]
	text = text[1:]
	if kind < 0x80 || kind >= 0xe0 {
		return int64(int8(kind)), text
	}
	size := 1 << (kind & 3)
	if len(text) < size {
		return 0, ""
	}
	var bits uint64
	for _, b := range []byte(text[:size]) {
		bits = bits<<8 | uint64(b)
	}
	if kind >= 0xd0 {
		return int64(bits<<(64-8*size)) >> (64 - 8*size), text[size:]
	}
	return int64(bits), text[size:]
}
