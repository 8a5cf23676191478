package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/gofrs/flock"

	"github.com/kelisim/kelisim/geo/mmdb"
	"github.com/kelisim/kelisim/internal/geoupdate"
)

// geoCmd is everything about location data.
type geoCmd struct {
	Lookup   geoLookupCmd   `cmd:"" help:"Tell where addresses are, and which database says so."`
	Update   geoUpdateCmd   `cmd:"" help:"Put a newer database in the place of a file, or leave the file as it is and say why."`
	Rollback geoRollbackCmd `cmd:"" help:"Take the database back that the last update replaced."`
}

// geoUpdateCmd exits with 0 where the file now holds what is published, 1 where it could not be updated, 2 for
// options that make no sense.
type geoUpdateCmd struct {
	Path      string        `arg:"" name:"file" help:"The database file to replace or to make, as given to --geo."`
	URL       string        `help:"Where it is published: a database, gzipped or not, or a .tar.gz with one in it." placeholder:"URL"`
	File      string        `help:"A file on this machine to take it from." placeholder:"FILE"`
	Edition   string        `help:"A database of MaxMind, such as GeoLite2-City. Its licence key is read from KELISIM_MAXMIND_KEY." placeholder:"NAME"`
	Account   string        `help:"The account at MaxMind, a number." env:"KELISIM_MAXMIND_ACCOUNT" placeholder:"ID"`
	Key       string        `help:"MaxMind's licence key. Better in the environment: others can see command lines." name:"licence-key" env:"KELISIM_MAXMIND_KEY" placeholder:"KEY"`
	MaxMind   string        `help:"Address of MaxMind's service, or of a mirror of it." name:"maxmind" default:"https://download.maxmind.com" placeholder:"URL"`
	SHA256    string        `help:"What the file as published must hash to. MaxMind states it by itself." name:"sha256" placeholder:"HEX"`
	Sentinel  []string      `help:"An address and what must be said of it: 8.8.8.8=US, 8.8.8.8=AS15169. Default: well-known ones." sep:"," placeholder:"ADDR=WANT"`
	AnyChange bool          `help:"Take it although it is older, much smaller or much larger than the one in use."`
	MaxSize   int64         `help:"The most that is read, in MiB." default:"1024" placeholder:"MIB"`
	Timeout   time.Duration `help:"The most time that the download may take." default:"15m" placeholder:"TIME"`
}

// Help tells kong what to print below the summary.
func (geoUpdateCmd) Help() string {
	return "A running server takes the new file within a minute, or at once on SIGHUP. The old one stays as FILE.previous."
}

func (c geoUpdateCmd) Run(s streams) error {
	o := geoupdate.Options{
		Path: c.Path, URL: c.URL, File: c.File, Edition: c.Edition, Account: c.Account, Key: c.Key, MaxMind: c.MaxMind,
		SHA256: c.SHA256, AnyChange: c.AnyChange, MaxSize: c.MaxSize << 20,
	}
	for _, text := range c.Sentinel {
		sentinel, err := geoupdate.ParseSentinel(text)
		if err != nil {
			return usageError{err}
		}
		o.Sentinels = append(o.Sentinels, sentinel)
	}
	if c.Timeout <= 0 || c.MaxSize <= 0 {
		return usage("--timeout and --max-size must be more than nothing")
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	return alone(c.Path, func() error {
		outcome, err := geoupdate.Update(ctx, o)
		if errors.Is(err, geoupdate.ErrOptions) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		if !outcome.Changed {
			return c.tell(s, "%s is what is published: %s\n", c.Path, describe(outcome.New))
		}
		if outcome.Old.Type != "" {
			return c.tell(s, "%s was %s,\nand is %s\n", c.Path, describe(outcome.Old), describe(outcome.New))
		}
		return c.tell(s, "%s is %s\n", c.Path, describe(outcome.New))
	})
}

func (c geoUpdateCmd) tell(s streams, format string, args ...any) error {
	_, err := fmt.Fprintf(s.out, format, args...)
	return err
}

type geoRollbackCmd struct {
	Path string `arg:"" name:"file" help:"The database file, as given to --geo."`
}

// Help tells kong what to print below the summary.
func (geoRollbackCmd) Help() string {
	return "A second rollback takes the newer one back again. The next update goes forward as always."
}

func (c geoRollbackCmd) Run(s streams) error {
	return alone(c.Path, func() error {
		info, err := geoupdate.Rollback(c.Path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%s is %s again\n", c.Path, describe(info))
		return err
	})
}

// alone does something to a file while no other kelisim does.
func alone(path string, do func() error) error {
	lock := flock.New(path + ".lock")
	locked, err := lock.TryLock()
	if err != nil {
		return usage("%s cannot be written beside: %w", path, cause(err))
	}
	if !locked {
		return fmt.Errorf("another process is updating %s: try again when it is done", path)
	}
	return errors.Join(do(), lock.Unlock())
}

func describe(i mmdb.Info) string {
	return fmt.Sprintf("%s of %s, %d nodes, %d bytes", i.Type, i.Built.Format(time.DateOnly), i.Nodes, i.Size)
}

// parseAddresses reads what stands on the command line.
func parseAddresses(texts []string) ([]netip.Addr, error) {
	var faults []error
	addrs := make([]netip.Addr, len(texts))
	for i, text := range texts {
		var err error
		if addrs[i], err = netip.ParseAddr(text); err != nil {
			faults = append(faults, usage("%q is no address such as 192.0.2.1 or 2001:db8::1", text))
		}
	}
	return addrs, errors.Join(faults...)
}
