package risk_test

import (
	"testing"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/store/storetest"
)

func TestMemoryShelf(t *testing.T) {
	t.Parallel()
	storetest.Shelf(t, risk.NewMemoryShelf(nil))
}
