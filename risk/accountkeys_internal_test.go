package risk

import (
	"testing"
	"time"
)

// TestAccountKeysDie: each lives for its term, one more to be looked up with, and no longer, whatever the clock does.
func TestAccountKeysDie(t *testing.T) {
	t.Parallel()
	ring, err := newKeyring(make([]byte, 32), nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := &accountKeys{ring: ring}
	at := func(terms int) (present, earlier *sipKey) {
		t.Helper()
		present, earlier, err := keys.at(t.Context(), time.UnixMilli(0).Add(time.Duration(terms)*accountTerm).UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		return present, earlier
	}
	first, none := at(700)
	if none != nil {
		t.Error("the first key has one before it")
	}
	second, earlier := at(701)
	if second.account("a") == first.account("a") || earlier != first {
		t.Error("after a term the key is the same, or the former one is not there to look up with")
	}
	if back, earlier := at(700); back != second || earlier != first {
		t.Error("a clock that was set back turns keys back")
	}
	if _, earlier := at(702); earlier != second {
		t.Error("after two terms the first key lives on")
	}
	if _, earlier := at(705); earlier != nil {
		t.Error("after a long silence a dead key is there to look up with")
	}
}
