package beacon

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of one delivery. The script keeps within them; whoever does not is refused.
const (
	MaxBody       = 8 << 10
	maxPairs      = 64
	maxText       = 512 // bytes of a path, title, host …
	MaxEvents     = 16  // events, and as many outbound links, and as many downloads
	MaxProps      = 4   // properties of one event
	MaxDeliveries = 16  // of one token
)

// Errors of [Parse].
var (
	ErrType  = errors.New("beacon: the body must be a form (application/x-www-form-urlencoded)")
	ErrSize  = errors.New("beacon: the body is too long")
	ErrField = errors.New("beacon: a field is unknown, twice there or malformed")
)

// Report is one delivery as it came: nothing in it is believed, and texts are personal data until they are scrubbed.
type Report struct {
	Token    string // of the page, "" for none
	Number   int    // of the delivery under its token, from 0
	Path     string // of the page, as its browser writes it
	Next     string // path of the page that the same document now shows in its place, "" for none; see Shown
	Title    string
	Seconds  int      // for which the page has been looked at, since it came
	Scrolled int      // how far, in percent of its length; -1 if not told
	Width    int      // of the window, in steps of 256 pixels; -1 if not told
	Paint    int      // largest contentful paint in milliseconds; -1 if not told
	Delay    int      // interaction to next paint in milliseconds; -1 if not told
	Shift    int      // cumulative layout shift in thousandths; -1 if not told
	Links    []string // hosts of links to other sites that were followed
	Files    []string // addresses of files on other hosts that were fetched, without scheme and query
	Events   []Event  // told by kelisim.track
}

// Shown reports that the document is seen now though the server was not asked for it now: the browser had fetched it before
// anybody looked, or kept it whole and shows it again. Nothing else of such a delivery counts.
func (r *Report) Shown() bool { return r.Next != "" && r.Next == r.Path }

// Event is something that the site's own script says has happened.
type Event struct {
	Name  string
	Props []Prop
}

// Prop is a property of an event.
type Prop struct{ Name, Value string }

// Parse reads a delivery: a form of known fields, each once but for those that are lists, within the bounds above.
func Parse(contentType string, body io.Reader) (Report, error) {
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != "application/x-www-form-urlencoded" {
		return Report{}, ErrType
	}
	raw, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	if err != nil {
		return Report{}, fmt.Errorf("beacon: read: %w", err)
	}
	if len(raw) > MaxBody {
		return Report{}, ErrSize
	}
	text := string(raw)
	if strings.Count(text, "&") >= maxPairs {
		return Report{}, ErrSize
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return Report{}, ErrField // the error would quote what was sent
	}
	r := Report{Scrolled: -1, Width: -1, Paint: -1, Delay: -1, Shift: -1}
	for name, values := range form {
		if !r.take(name, values) {
			return Report{}, ErrField
		}
	}
	if r.Path == "" {
		return Report{}, ErrField
	}
	return r, nil
}

// take reads one field.
func (r *Report) take(name string, values []string) bool {
	for _, v := range values {
		if len(v) > maxText || !utf8.ValidString(v) {
			return false
		}
	}
	switch name {
	case "o":
		r.Links = values
		return len(values) <= MaxEvents
	case "f":
		r.Files = values
		return len(values) <= MaxEvents
	case "e":
		return r.events(values)
	}
	return len(values) == 1 && r.single(name, values[0])
}

func (r *Report) single(name, v string) bool {
	switch name {
	case "k":
		r.Token = v
		return len(v) <= tokenLength
	case "p":
		r.Path = v
		return strings.HasPrefix(v, "/")
	case "v":
		r.Next = v
		return strings.HasPrefix(v, "/")
	case "t":
		r.Title = v
		return true
	}
	return r.number(name, v)
}

// number reads a field that holds a whole number.
func (r *Report) number(name, v string) bool {
	into, most := &r.Number, MaxDeliveries-1
	switch name {
	case "n":
	case "s":
		into, most = &r.Seconds, 7*24*3600
	case "d":
		into, most = &r.Scrolled, 100
	case "w":
		into, most = &r.Width, 255
	case "l":
		into, most = &r.Paint, 3_600_000
	case "i":
		into, most = &r.Delay, 3_600_000
	case "c":
		into, most = &r.Shift, 1_000_000
	default:
		return false
	}
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil || len(v) > 8 {
		return false
	}
	*into = min(int(n), most)
	return name != "n" || int(n) <= most
}

// events reads "name", tab, "property=value", tab …
func (r *Report) events(values []string) bool {
	if len(values) > MaxEvents {
		return false
	}
	for _, v := range values {
		parts := strings.Split(v, "\t")
		if parts[0] == "" || len(parts) > MaxProps+1 {
			return false
		}
		event := Event{Name: parts[0]}
		for _, part := range parts[1:] {
			name, value, ok := strings.Cut(part, "=")
			if !ok || name == "" {
				return false
			}
			event.Props = append(event.Props, Prop{name, value})
		}
		r.Events = append(r.Events, event)
	}
	return true
}
