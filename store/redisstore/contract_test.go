package redisstore_test

import (
	"testing"

	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

func TestContract(t *testing.T) {
	server := redistest.Start(t)
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, site string) storetest.Store { return open(t, server, site) },
		Raw:  func(testing.TB) []byte { return server.Raw() },
	})
}

func open(t testing.TB, server *redistest.Server, site string) *redisstore.Store {
	t.Helper()
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: site})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() }) // the test may have done it
	return s
}
