package guard

import (
	"context"
	"errors"
	"net/http"

	"github.com/kelisim/kelisim/risk"
)

// ErrRiskOff is returned where Config.Risk says that nothing is judged.
var ErrRiskOff = errors.New("guard: nothing is judged: set Config.Risk.Use")

// AccountEvent is what r tells of an account: its address, user agent, and whether the visitor has granted Risk.Purpose. With that, its DeviceCookie as well. A
// site adds TimeZone itself, and gives it to [Guard.Report].
func (g *Guard) AccountEvent(w http.ResponseWriter, r *http.Request, kind risk.EventKind, account string) risk.Event {
	addr := g.config.Trust.Addr(r)
	consents, device := g.protects(g.Choice(w, r)), ""
	if consents {
		device = deviceOf(r)
	}
	return risk.Event{
		Kind: kind, Account: account, Addr: addr, Agent: r.UserAgent(), Time: g.config.Now(),
		Consent: consents, Device: device,
	}
}

// Report takes in what happened to an account, and judges it: see [risk.Engine.Report]. With Risk.Shelf in Redis it costs a round trip or two, and a
// quarter of a second once in a second while Redis is away.
func (g *Guard) Report(ctx context.Context, ev risk.Event) (risk.Judgement, error) {
	if g.risk == nil {
		return risk.Judgement{}, ErrRiskOff
	}
	if ev.Addr.IsValid() {
		ev.Place = g.config.Locator.Locate(ev.Addr)
	}
	return g.risk.engine.Report(ctx, ev, g.config.Now())
}

// Label tells what an event turned out to be: see [risk.Engine.Label].
func (g *Guard) Label(ctx context.Context, id string, truth risk.Truth) error {
	if g.risk == nil {
		return ErrRiskOff
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return g.risk.engine.Label(ctx, id, truth, g.config.Now())
}

// ForgetAccount erases what is remembered of an account (S4-9.4), for all processes that share Risk.Shelf. It is an error where the shelf
// is away: repeat it.
func (g *Guard) ForgetAccount(ctx context.Context, account string) error {
	return g.aboutAccount(ctx, func(e *risk.Engine) error { return e.ForgetAccount(ctx, account, g.config.Now()) })
}

// Withdraw deletes what is remembered of an account by its owner's consent (S4-4.5): see ForgetAccount.
func (g *Guard) Withdraw(ctx context.Context, account string) error {
	return g.aboutAccount(ctx, func(e *risk.Engine) error { return e.Withdraw(ctx, account, g.config.Now()) })
}

func (g *Guard) aboutAccount(ctx context.Context, f func(*risk.Engine) error) error {
	if g.risk == nil {
		return ErrRiskOff
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(g.risk.engine)
}
