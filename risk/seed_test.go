package risk_test

import (
	"context"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// TestASeedThatIsPlantedAgain: whoever may write on the shelf, and puts the seed of one day there for the next, links nobody over the days.
func TestASeedThatIsPlantedAgain(t *testing.T) {
	t.Parallel()
	e := engine(t)
	same := [32]byte{7}
	today := risk.PeriodOf(noon)
	if err := e.Share([]risk.Seed{{Period: today, Value: same}, {Period: today + 1, Value: same}}, nil); err != nil {
		t.Fatal(err)
	}
	who, network := e.Who(alice, noon)
	later, networkLater := e.Who(alice, noon.Add(24*time.Hour))
	if who == later || network == networkLater {
		t.Error("one name on two days")
	}
}

// TestAnAccountSeedThatIsPlantedAgain: nor an account over the terms of its key.
func TestAnAccountSeedThatIsPlantedAgain(t *testing.T) {
	t.Parallel()
	e := accounts(t, func(o *risk.Options) { o.Shelf = planted{risk.NewMemoryShelf(func() time.Time { return noon })} })
	first := tell(t, e, 0, risk.Event{Kind: risk.LoginOK})
	second := tell(t, e, 30*24*time.Hour, risk.Event{Kind: risk.LoginOK})
	if first.Account == second.Account {
		t.Error("one name in two terms")
	}
}

// planted is a shelf on which somebody puts the same seed under each key.
type planted struct{ *risk.MemoryShelf }

func (planted) Add(context.Context, string, []byte, time.Time) ([]byte, error) {
	return make([]byte, 32), nil
}
func (planted) Get(context.Context, string) ([]byte, error) { return make([]byte, 32), nil }
