package archive

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kelisim/kelisim/stats"
)

// The text of a day is what [json.Marshal] makes of a dayDoc, byte by byte: most of a document's time would go there.

// measures are the measures in order of their names, each as the text before its number. It is never written to.
var measures = func() (all []measure) {
	for m := range stats.NumMeasures {
		all = append(all, measure{m, `"` + m.String() + `":`})
	}
	slices.SortFunc(all, func(a, b measure) int { return strings.Compare(a.text, b.text) })
	return all
}()

type measure struct {
	measure stats.Measure
	text    string
}

// hours are the hours in order of their names. It is never written to.
var hours = func() []int {
	all := make([]int, len(hourNames))
	for i := range all {
		all[i] = i
	}
	slices.SortFunc(all, func(a, b int) int { return strings.Compare(hourNames[a], hourNames[b]) })
	return all
}()

// appendDay appends one day of the document. rows is room for those of a section.
func appendDay(dst []byte, d *heldDay, rows *[]kept) []byte {
	dst = append(appendText(append(dst, `{"day":`...), []byte(d.day.String())), `,"totals":{`...)
	for _, hour := range hours {
		if d.counted[hour] {
			dst = append(append(append(dst, '"'), hourNames[hour]...), `":`...)
			dst = append(appendCounts(dst, &d.hours[hour]), ',')
		}
	}
	dst = append(closed(dst), `,"rows":{`...)
	start := 0
	for _, s := range d.sections {
		dst = append(append(append(dst, '"'), s.dim.String()...), `":{`...)
		*rows = d.rows(*rows, start, s)
		for _, r := range *rows {
			c := r.read()
			dst = append(appendText(dst, r.value), ':')
			dst = append(appendCounts(dst, &c), ',')
		}
		dst, start = append(closed(dst), ','), s.end
	}
	dst = closed(dst)
	for i := range d.folds {
		f, begin := &d.folds[i], `,{"dimension":"`
		if i == 0 {
			begin = `,"folds":[{"dimension":"`
		}
		dst = append(append(append(append(append(dst, begin...), f.Dim.String()...), `","reason":"`...), f.Reason.String()...), `","k":`...)
		dst = append(strconv.AppendInt(dst, int64(f.K), 10), `,"values":`...)
		dst = append(strconv.AppendInt(dst, int64(f.Values), 10), `,"counts":`...)
		dst = append(appendCounts(dst, &f.Counts), '}')
	}
	if len(d.folds) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// closed ends an object whose members each end with a comma.
func closed(dst []byte) []byte {
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = '}'
		return dst
	}
	return append(dst, '}')
}

func appendCounts(dst []byte, c *stats.Counts) []byte {
	dst = append(dst, '{')
	for i := range measures {
		if n := c[measures[i].measure]; n != 0 {
			dst = append(dst, measures[i].text...)
			dst = append(strconv.AppendInt(dst, n, 10), ',')
		}
	}
	return closed(dst)
}

// appendText appends a string.
func appendText(dst, s []byte) []byte {
	plain := true
	for _, b := range s {
		plain = plain && b >= ' ' && b < utf8.RuneSelf && b != '"' && b != '\\' && b != '<' && b != '>' && b != '&'
	}
	if plain {
		return append(append(append(dst, '"'), s...), '"')
	}
	text, err := json.Marshal(string(s))
	if err != nil { // a string has none
		return append(dst, `""`...)
	}
	return append(dst, text...)
}
