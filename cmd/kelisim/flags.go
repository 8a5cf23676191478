package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // a machine without time zone files still knows Asia/Almaty

	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/visit"
	"github.com/kelisim/kelisim/visit/planfile"
)

// storeFlags say where the data rests.
type storeFlags struct {
	Data        string   `help:"Folder for the database and for what waits for it." default:"./kelisim-data" env:"KELISIM_DATA" placeholder:"DIR"`
	Memory      string   `help:"Folder of the machine's memory in which who was seen today waits, sealed, while the program is restarted; none to do without. Default: RUNTIME_DIRECTORY or /dev/shm." env:"KELISIM_MEMORY" placeholder:"DIR"`
	Redis       string   `help:"Keep the data in this Redis (7.0 or later) instead of a file: redis://user:password@host:6379/0" env:"KELISIM_REDIS_URL" placeholder:"URL"`
	RedisLedger string   `help:"The same Redis as the user who may write consent records. Default: --redis." env:"KELISIM_REDIS_LEDGER_URL" placeholder:"URL"`
	RedisAdmin  string   `help:"The same Redis as the user who may write accounts. Default: --redis." env:"KELISIM_REDIS_ADMIN_URL" placeholder:"URL"`
	Site        string   `help:"Name of the site in the store: letters, digits, dots and dashes." default:"site" env:"KELISIM_SITE" placeholder:"NAME"`
	Zone        string   `help:"Time zone in which the site's days begin, such as Asia/Almaty." default:"UTC" env:"KELISIM_ZONE" placeholder:"ZONE"`
	Floor       int      `help:"How many visitors of a day must share a value before it is shown or kept. Default: 5, in the demonstration 1." env:"KELISIM_FLOOR" placeholder:"N"`
	Geo         []string `help:"MaxMind or DB-IP databases of your own, beside the embedded tables." env:"KELISIM_GEO" placeholder:"FILE" sep:","`
}

// database is what both stores are.
type database interface {
	middleware.Store
	server.Documents
	Ping(context.Context) error
	Kind() string
	Shutdown() error
}

// memory is where who was seen today waits for the next start; "" for nowhere.
func (f storeFlags) memory() string {
	switch f.Memory {
	case "":
		return middleware.MemoryDir()
	case "none":
		return ""
	}
	return f.Memory
}

// open opens the store.
func (f storeFlags) open(ctx context.Context, s streams) (database, error) {
	if f.Redis != "" {
		store, err := redisstore.Open(ctx, redisstore.Options{URL: f.Redis, LedgerURL: f.RedisLedger, AdminURL: f.RedisAdmin, Site: f.Site, Logger: s.logger})
		if err != nil {
			return nil, usageError{err}
		}
		return store, nil
	}
	if err := f.makeData(); err != nil {
		return nil, err
	}
	store, err := boltstore.Open(filepath.Join(f.Data, "kelisim.db"), boltstore.Options{Site: f.Site, Logger: s.logger})
	if err != nil {
		return nil, usageError{err}
	}
	return store, nil
}

func (f storeFlags) zone() (*time.Location, error) {
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return nil, usage("time zone %q is not known: give a name such as Asia/Almaty or UTC", f.Zone)
	}
	return zone, nil
}

func (f storeFlags) floors(whenUnset int) (stats.Floors, error) {
	if f.Floor < 0 || f.Floor > 1000 {
		return stats.Floors{}, usage("a floor of %d visitors makes no sense: give 1 to 1000", f.Floor)
	}
	k := f.Floor
	if k == 0 {
		k = whenUnset
	}
	return stats.Floors{Person: k}, nil
}

// siteFlags say how a site is reached and guarded.
type siteFlags struct {
	Addr         string `help:"Address to listen on." default:"127.0.0.1:8080" env:"KELISIM_ADDR" placeholder:"HOST:PORT"`
	Policy       string `help:"The consent policy, a YAML file." env:"KELISIM_POLICY" placeholder:"FILE"`
	Goals        string `help:"The site's goals and funnels, a YAML file." env:"KELISIM_GOALS" placeholder:"FILE"`
	Trust        string `help:"How the client's address is found: direct, cidr:10.0.0.0/8, hops:1, header:CF-Connecting-IP@173.245.48.0/20." env:"KELISIM_TRUST" placeholder:"MODE"`
	Secure       bool   `help:"Browsers reach the site over TLS, which a proxy in front ends." env:"KELISIM_SECURE"`
	ShareFloor   int    `help:"How many visitors of a day must share a value before a share link shows it, pages too. Default: 20." env:"KELISIM_SHARE_FLOOR" placeholder:"N"`
	consentFlags `group:"Consent"`
	trafficFlags `group:"Statistics"`
	keepFlags    `group:"Statistics"`
	storeFlags
	secretFlags
	riskFlags
	postFlags `group:"Mails and alerts"`
}

func (f siteFlags) trust(whenUnset string) (visit.Trust, error) {
	text := f.Trust
	if text == "" {
		text = whenUnset
	}
	if text == "" {
		return visit.Trust{}, usage("say how the client's address is found: --trust direct where nothing stands in front, --trust cidr:… where a proxy does")
	}
	trust, err := visit.ParseTrust(text)
	if err != nil {
		return visit.Trust{}, usageError{err}
	}
	return trust, nil
}

// shareFloors are the floors of share links: never below those of the dashboard.
func (f siteFlags) shareFloors(own stats.Floors) stats.Floors {
	k := f.ShareFloor
	if k <= 0 {
		k = 20
	}
	return stats.Floors{Person: max(k, own.Person), Open: max(k, own.Open)}
}

// plan reads the goals and funnels; nil if there are none.
func (f siteFlags) plan() (*visit.Plan, error) {
	if f.Goals == "" {
		return nil, nil
	}
	plan, err := planfile.Load(f.Goals)
	if err != nil {
		return nil, usageError{err}
	}
	return plan, nil
}

// makeData makes the data folder, or says why it cannot be used.
func (f storeFlags) makeData() error {
	err := os.MkdirAll(f.Data, 0o700)
	if err == nil {
		err = writable(f.Data)
	}
	if err != nil {
		return usage("the data folder %s cannot be used: %w: give another with --data", f.Data, cause(err))
	}
	return nil
}

// writable tries to write into a folder, and leaves nothing there.
func writable(dir string) error {
	file, err := os.CreateTemp(dir, ".kelisim-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// cause is what the system says, without the name of the file.
func cause(err error) error {
	var fault *fs.PathError
	if errors.As(err, &fault) {
		return fault.Err
	}
	return err
}
