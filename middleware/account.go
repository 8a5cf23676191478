package middleware

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/risk"
)

// ErrRiskOff is returned by Report and its like where Config.Risk says that nothing is judged.
var ErrRiskOff = guard.ErrRiskOff

// AccountEvent is what the request tells of an account, to be given to Report: address, user agent, and whether the visitor
// has granted Risk.Purpose. Like [Guard.Choice] it makes the answer private; ask before the answer begins.
func (g *Guard) AccountEvent(c echo.Context, kind risk.EventKind, account string) risk.Event {
	return g.core.AccountEvent(c.Response().Writer, c.Request(), kind, account)
}

// Report takes in what happened to an account, and judges it; see [risk.Engine.Report]. A site acts on step_up itself. The account
// is whatever the site calls it, always written the same way; it is neither kept nor logged.
func (g *Guard) Report(ctx context.Context, ev risk.Event) (risk.Judgement, error) {
	return g.core.Report(ctx, ev)
}

// Label tells what an event turned out to be; see [risk.Engine.Label]. id is that of its judgement, at most a day old.
func (g *Guard) Label(ctx context.Context, id string, truth risk.Truth) error {
	return g.core.Label(ctx, id, truth)
}

// ForgetAccount erases what is remembered of an account (S4-9.4), for all processes that share Config.Risk.Shelf; the error says
// that it could not be, and is to be repeated.
func (g *Guard) ForgetAccount(ctx context.Context, account string) error {
	return g.core.ForgetAccount(ctx, account)
}

// Withdraw deletes what is remembered of an account by its owner's consent, which is withdrawn (S4-4.5): see ForgetAccount.
func (g *Guard) Withdraw(ctx context.Context, account string) error {
	return g.core.Withdraw(ctx, account)
}

// RiskDesk is where an admin sees what was judged and decides who is kept out; nil where Config.Risk says that nothing is judged.
func (g *Guard) RiskDesk() *risk.Desk { return g.core.RiskDesk() }
