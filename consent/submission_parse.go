package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// draft is a Submission as it is written in JSON; forms use the same names, "purpose" and "service" repeated.
type draft struct {
	Action   string   `json:"action"`
	Purposes []string `json:"purposes"`
	Services []string `json:"services"`
	Method   string   `json:"method"`
	Language string   `json:"language"`
	Banner   string   `json:"banner"`
	Variant  string   `json:"variant"`
	Revision int      `json:"revision"` // that the visitor was asked under
	Receipt  bool     `json:"receipt"`
	Return   string   `json:"return"`
	Elapsed  string   `json:"elapsed"`
	Capacity string   `json:"capacity"` // of a representative
}

// ParseSubmission reads a form with the fields action, purpose and service (repeated), method
// (default banner), language, banner, variant, revision, receipt, return, elapsed (ignored
// unless it is one of [ElapsedClasses]) and capacity. The method
// representative and the capacity in which the representative acts go together (S4-4.1.1).
//
// A form that shows switches for services must have the field service, empty where none is on (a hidden
// input does): then services are granted as they are named. Without it they follow their purposes.
//
// A grant must be right in every field. A refusal always holds: of a rejection or withdrawal, optional
// fields that are wrong are left out. A grant under an older revision that has since changed
// materially is [ErrStale].
func ParseSubmission(form url.Values, b *Rulebook) (Submission, error) {
	size := 0
	for key, values := range form {
		for _, v := range values {
			size += len(key) + len(v) + 2
		}
	}
	if size > MaxSubmission {
		return Submission{}, fmt.Errorf("%w: more than %d bytes", ErrSubmission, MaxSubmission)
	}
	d := draft{
		Action: form.Get("action"), Purposes: form["purpose"], Services: form["service"], Method: form.Get("method"), Language: form.Get("language"),
		Banner: form.Get("banner"), Variant: form.Get("variant"), Return: form.Get("return"), Elapsed: form.Get("elapsed"),
		Capacity: form.Get("capacity"),
	}
	d.Receipt = form.Get("receipt") != ""
	if r := form.Get("revision"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil {
			n = -1
		}
		d.Revision = n
	}
	if d.Method == "" {
		d.Method = string(MethodBanner)
	}
	return d.check(b)
}

// ParseSubmissionJSON reads one JSON object with the fields of [ParseSubmission], "purposes" and "services" being
// arrays, "revision" a number and "receipt" a boolean; method defaults to api. Unknown fields are
// refused.
func ParseSubmissionJSON(data []byte, b *Rulebook) (Submission, error) {
	if len(data) > MaxSubmission {
		return Submission{}, fmt.Errorf("%w: more than %d bytes", ErrSubmission, MaxSubmission)
	}
	var d draft
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return Submission{}, fmt.Errorf("%w: not the JSON object that is expected", ErrSubmission)
	}
	if decoder.More() {
		return Submission{}, fmt.Errorf("%w: more than one JSON value", ErrSubmission)
	}
	if d.Method == "" {
		d.Method = string(MethodAPI)
	}
	return d.check(b)
}

func (d draft) check(b *Rulebook) (Submission, error) {
	s := Submission{
		Action: Action(d.Action), Method: Method(d.Method), Language: d.Language, Banner: d.Banner, Variant: d.Variant,
		Receipt: d.Receipt, Return: localPath(d.Return), Capacity: Capacity(d.Capacity),
	}
	if slices.Contains(ElapsedClasses(), d.Elapsed) {
		s.Elapsed = d.Elapsed
	}
	var faults []error
	switch s.Action {
	case Accept, Reject:
	case Choose, Allow, Withdraw:
		faults = append(s.takePurposes(d.Purposes, b), s.takeServices(d.Services, b)...)
		if s.Action == Allow && len(s.Purposes)+len(s.Services) == 0 {
			faults = append(faults, fmt.Errorf("%w: allow names neither a purpose nor a service", ErrSubmission))
		}
	default:
		return Submission{}, fmt.Errorf("%w: action %q is not accept, reject, choose, allow or withdraw", ErrSubmission, clip(d.Action))
	}
	faults = append(faults, s.checkOptional()...)
	if d.Revision < 0 || d.Revision > b.Revision() {
		faults = append(faults, fmt.Errorf("%w: unknown revision", ErrSubmission))
	}
	if s.Refusal() && s.Action != Choose {
		return s, nil
	}
	if d.Revision > 0 && d.Revision < b.since && !s.Refusal() {
		faults = append(faults, fmt.Errorf("%w: %w", ErrSubmission, ErrStale))
	}
	if len(faults) > 0 {
		return Submission{}, errors.Join(faults...)
	}
	return s, nil
}

// takePurposes keeps the purposes that the policy declares and complains of the others.
func (s *Submission) takePurposes(names []string, b *Rulebook) (faults []error) {
	seen := uint32(0)
	for _, name := range names {
		i, ok := b.purpose(Purpose(name))
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("%w: purpose %q is not in the policy", ErrSubmission, clip(name)))
		case i > 0 && seen&(1<<i) == 0:
			seen |= 1 << i
			s.Purposes = append(s.Purposes, Purpose(name))
		}
	}
	return faults
}

// takeServices keeps the services that have a choice of their own and complains of the others. Where
// there is none, services follow their purposes.
func (s *Submission) takeServices(names []string, b *Rulebook) (faults []error) {
	if names != nil && b.served != 0 {
		s.Services = []string{}
	}
	for _, name := range names {
		switch {
		case name == "":
		case b.serviceMask(name) == 0:
			faults = append(faults, fmt.Errorf("%w: service %q has no choice of its own", ErrSubmission, clip(name)))
		case !slices.Contains(s.Services, name):
			s.Services = append(s.Services, name)
		}
	}
	return faults
}

// checkOptional complains of fields that no banner of ours writes, and empties them.
func (s *Submission) checkOptional() (faults []error) {
	for _, field := range [...]struct {
		name  string
		value *string
		valid func(string) bool
	}{
		{"language", &s.Language, isLanguage},
		{"banner", &s.Banner, isHash},
		{"variant", &s.Variant, isID},
	} {
		if *field.value != "" && !field.valid(*field.value) {
			faults = append(faults, fmt.Errorf("%w: %s %q is malformed", ErrSubmission, field.name, clip(*field.value)))
			*field.value = ""
		}
	}
	if s.Method.letter() == 0 {
		faults = append(faults, fmt.Errorf("%w: method %q is unknown", ErrSubmission, clip(string(s.Method))))
		s.Method = MethodAPI
	}
	return append(faults, s.checkCapacity()...)
}

// checkCapacity makes sure that who acts for another says by what right, and nobody else does.
func (s *Submission) checkCapacity() (faults []error) {
	if acts := s.Method == MethodRepresentative; acts == s.Capacity.valid() && (acts || s.Capacity == "") {
		return nil
	} else if acts {
		faults = append(faults, fmt.Errorf("%w: a representative must name a capacity: parent, guardian, trustee, attorney or other", ErrSubmission))
		s.Method = MethodAPI
	} else {
		faults = append(faults, fmt.Errorf("%w: only a representative has a capacity", ErrSubmission))
	}
	s.Capacity = ""
	return faults
}

// clip keeps what a client sent out of long messages.
func clip(s string) string { return s[:min(len(s), 40)] }

// localPath returns p where it is a path on this site, and "" where a browser could take it elsewhere.
func localPath(p string) string {
	if len(p) > 1024 || !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsRune(p, '\\') {
		return ""
	}
	for i := range len(p) {
		if p[i] < 0x21 || p[i] > 0x7E {
			return ""
		}
	}
	return p
}
