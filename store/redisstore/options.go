package redisstore

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options says where to keep a site. URL (or Stats) and Site are required.
type Options struct {
	// Site is the name of the site: letters, digits, dots, dashes and underscores, at most 64. Required.
	Site string

	// URL is the server: redis://user:password@host:6379/0, rediss:// for TLS, unix:// for a socket;
	// several addr=host:port parameters make it a cluster. Required unless Stats is given.
	URL string
	// LedgerURL and AdminURL are the same server or others, with the users of their areas.
	// Default: URL.
	LedgerURL, AdminURL string

	// Stats, Ledger and Admin are ready clients instead of URLs. They must not repeat commands by
	// themselves (MaxRetries: -1), should honour deadlines (ContextTimeoutEnabled), and are closed by
	// whoever made them. Default for Ledger and Admin: Stats, unless they have a URL.
	Stats, Ledger, Admin redis.UniversalClient

	// Retention is after how long Redis drops the statistics of a day by itself, whether or not anyone
	// calls Expire. It holds for what is begun after it was set. Default: never.
	Retention time.Duration
	// Timeout bounds a call whose context has no deadline. Default: 5 s.
	Timeout time.Duration
	// Logger gets what is worth knowing and no error: a server that does not write to disk, an
	// append-only file that could not be rewritten. Default: none.
	Logger *slog.Logger
	// Now is the clock by which Retention is reckoned. Default: time.Now.
	Now func() time.Time
}

// withDefaults returns o with its zero fields set.
func (o Options) withDefaults() Options {
	o.Timeout = cmp.Or(o.Timeout, 5*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// connect returns a client for url. It does not dial yet.
func connect(url string, timeout time.Duration) (redis.UniversalClient, error) {
	if strings.Contains(url, "addr=") {
		o, err := redis.ParseClusterURL(url)
		if err != nil {
			return nil, hide(err)
		}
		o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled, o.DisableIdentity = -1, 1, true, true
		o.ReadTimeout, o.WriteTimeout = timeout, timeout
		o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		return redis.NewClusterClient(o), nil
	}
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, hide(err)
	}
	o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled, o.DisableIdentity = -1, 1, true, true
	o.ReadTimeout, o.WriteTimeout = timeout, timeout
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}

// Quiet turns off the lines that go-redis writes to standard error by itself, for the whole process. What
// they tell is in the errors that the calls return. It is for the program to call, not for a package.
func Quiet() { logging.Disable() }

// hide keeps the URL, which may hold a password, out of an error.
func hide(err error) error {
	text := err.Error()
	if strings.Contains(text, "://") || strings.Contains(text, "@") {
		text = "it cannot be parsed"
	}
	return fmt.Errorf("URL: %s: want redis://user:password@host:6379/0", text)
}

// patient refuses a client that repeats commands.
func patient(name string, client redis.UniversalClient) error {
	retries := 0
	switch c := client.(type) {
	case *redis.Client:
		retries = c.Options().MaxRetries
	case *redis.ClusterClient:
		if c.Options().MaxRedirects < 0 {
			return fmt.Errorf("the %s client follows no redirections of its cluster: leave MaxRedirects at its default", name)
		}
		retries = c.Options().MaxRetries
	}
	if retries > 0 {
		return fmt.Errorf("the %s client repeats commands by itself (MaxRetries %d): set MaxRetries: -1", name, retries)
	}
	return nil
}
