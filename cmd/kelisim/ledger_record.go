package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// ledgerRecordCmd records what was decided elsewhere (S4-4.1.1).
type ledgerRecordCmd struct {
	ledgerFlags
	Policy   string   `help:"The consent policy. A running program has its own." env:"KELISIM_POLICY" placeholder:"FILE"`
	Action   string   `help:"What was decided." enum:"accept,reject,choose" required:""`
	Purpose  []string `help:"Purposes that are granted, with --action choose." placeholder:"ID" sep:","`
	Capacity string   `help:"By what right a legal representative decided: parent, guardian, trustee, attorney or other. Default: nobody represented anybody." enum:"parent,guardian,trustee,attorney,other," default:""`
	Language string   `help:"In which language, such as kk." placeholder:"TAG"`
	Out      string   `help:"File for the receipt. Default: standard output." placeholder:"FILE"`
}

func (c ledgerRecordCmd) Run(s streams) (err error) {
	ctx := context.Background()
	b, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if local, ok := b.(*localBook); ok {
		if c.Policy == "" {
			return usage("no program is running on this data: give the policy with --policy")
		}
		rules, err := compilePolicy(c.Policy)
		if err != nil {
			return err
		}
		local.policy = func(ctx context.Context, form url.Values) ([]byte, error) {
			id, err := consent.NewID(rand.Reader)
			if err != nil {
				return nil, err
			}
			return local.appendChoice(ctx, rules, form, id, time.Now())
		}
	}
	receipt, err := b.Record(ctx, c.form())
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err = s.out.Write(receipt)
		return err
	}
	return replace(c.Out, func(w io.Writer) error { _, err := w.Write(receipt); return err })
}

// form is the submission as the privacy centre would get it.
func (c ledgerRecordCmd) form() url.Values {
	form := url.Values{"action": {c.Action}, "method": {string(consent.MethodAPI)}, "purpose": c.Purpose, "language": {c.Language}}
	if c.Capacity != "" {
		form.Set("method", string(consent.MethodRepresentative))
		form.Set("capacity", c.Capacity)
	}
	return form
}

// recorder records a choice in a running site.
func (s *site) record(ctx context.Context, form url.Values) ([]byte, error) {
	submission, err := consent.ParseSubmission(form, s.guard.Rules())
	if err != nil {
		return nil, usageError{err}
	}
	receipt, err := s.guard.Record(ctx, submission)
	if err != nil {
		return nil, fmt.Errorf("the choice is not recorded: %w", err)
	}
	return receipt.Encode()
}
