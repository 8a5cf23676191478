package redisstore_test

import (
	"os"
	"testing"

	"github.com/kelisim/kelisim/store/redisstore"
)

func TestMain(m *testing.M) {
	redisstore.Quiet() // servers are killed here, which go-redis has much to say about
	os.Exit(m.Run())
}
