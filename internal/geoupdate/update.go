package geoupdate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/kelisim/kelisim/geo/mmdb"
)

// Options say what is to be updated, and from where: one of URL, File and Edition is required.
type Options struct {
	// Path is the database file to replace or to make. Required.
	Path string

	// URL is where a database is published, plain, gzipped or in a gzipped tar archive. Plain HTTP is refused but
	// on this machine.
	URL string
	// File is a database on this machine, in the same forms.
	File string
	// Edition is a database of MaxMind, such as "GeoLite2-City", downloaded for the account by its licence key.
	Edition, Account, Key string
	// MaxMind is the address of MaxMind's service. Default: https://download.maxmind.com.
	MaxMind string

	// SHA256 is what the file as published must hash to, in hexadecimal. MaxMind states it; for others the
	// default is that nothing is compared.
	SHA256 string
	// Sentinels are addresses whose answers are known. Default: what [Defaults] says of the kind of database.
	Sentinels []Sentinel
	// AnyChange takes a database that is older, much smaller or much larger than the one in use, or tiny.
	AnyChange bool
	// MaxSize bounds the bytes that are read, packed and unpacked each. Default: 1 GiB.
	MaxSize int64

	// Client is asked for the files. Its redirects are checked by us. Default: one with the usual time limits.
	Client *http.Client
}

// Outcome is what an update came to.
type Outcome struct {
	Changed bool      // false: the database in use is the published one
	Old     mmdb.Info // of the database that was in use; zero where there was none that could be read
	New     mmdb.Info // of the one that is in use now
}

// ErrOptions are faults of the caller's, before anything was tried.
var ErrOptions = errors.New("cannot be used")

// Update fetches, checks and installs. On error the file at Path is what it was.
func Update(ctx context.Context, o Options) (Outcome, error) {
	if err := o.normalise(); err != nil {
		return Outcome{}, fmt.Errorf("geo update: %w", err)
	}
	outcome, err := o.update(ctx)
	if err != nil {
		return Outcome{}, fmt.Errorf("geo update: %w; %s", err, o.untouched())
	}
	return outcome, nil
}

// untouched says what is still there.
func (o *Options) untouched() string {
	if _, err := os.Stat(o.Path); err == nil {
		return o.Path + " stays as it was"
	}
	return o.Path + " was not made"
}

func (o *Options) update(ctx context.Context) (Outcome, error) {
	packed, err := o.obtain(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if got := hash(packed); o.SHA256 != "" && got != o.SHA256 {
		return Outcome{}, fmt.Errorf("the file hashes to %s and its publisher states %s: it was damaged on its way, or replaced", got, o.SHA256)
	}
	data, err := unpack(packed, o.MaxSize)
	if err != nil {
		return Outcome{}, err
	}
	old, infoOld, err := current(o.Path)
	if err != nil {
		return Outcome{}, err
	}
	db, err := mmdb.Parse(data)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Old: infoOld, New: db.Databases()[0]}
	out.New.Path = o.Path
	if err := o.compare(out); err != nil {
		return Outcome{}, err
	}
	if err := ask(db, o.Sentinels); err != nil {
		return Outcome{}, err
	}
	if out.Changed = old != hash(data); !out.Changed {
		return out, nil
	}
	return out, install(o.Path, data)
}

// obtain gets the file as it is published.
func (o *Options) obtain(ctx context.Context) ([]byte, error) {
	switch {
	case o.File != "":
		return readFile(o.File, o.MaxSize)
	case o.Edition != "":
		return o.fromMaxMind(ctx)
	default:
		return o.get(ctx, o.URL, false)
	}
}

func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f, most)
	return data, errors.Join(err, f.Close())
}

// readAll reads all there is, if it is no more than most bytes.
func readAll(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it has more than %d bytes: if that is right, allow more with --max-size", most)
	}
	return data, err
}

// current describes the database that is in use. One that cannot be read is none: anything is better.
func current(path string) (sum string, info mmdb.Info, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", info, nil
	}
	if err != nil {
		return "", info, err
	}
	if db, err := mmdb.Parse(data); err == nil {
		info = db.Databases()[0]
		info.Path = path
	}
	return hash(data), info, nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (o *Options) normalise() error {
	sources := 0
	for _, s := range []string{o.URL, o.File, o.Edition} {
		if s != "" {
			sources++
		}
	}
	o.SHA256 = strings.ToLower(strings.TrimSpace(o.SHA256))
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(o.Path == "", "no file is named that is to be updated")
	fault(sources != 1, "say where the database comes from: one of --url, --file and --edition")
	fault(o.Edition != "" && (o.Account == "" || o.Key == ""), "--edition needs --account and a licence key in KELISIM_MAXMIND_KEY")
	fault(o.Edition != "" && !plain(o.Edition), "edition %q is no name such as GeoLite2-City", o.Edition)
	fault(o.SHA256 != "" && !isHash(o.SHA256), "%q is no SHA-256 in hexadecimal", o.SHA256)
	fault(o.MaxSize < 0, "a size of %d bytes makes no sense", o.MaxSize)
	if o.URL != "" {
		_, err := allowed(o.URL)
		fault(err != nil, "%w", err)
	}
	if o.MaxSize == 0 {
		o.MaxSize = 1 << 30
	}
	if o.MaxMind == "" {
		o.MaxMind = "https://download.maxmind.com"
	}
	if o.Client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = time.Minute
		o.Client = &http.Client{Transport: transport}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %w", ErrOptions, errors.Join(faults...))
	}
	return nil
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size
}

// plain reports whether a name is fit for a path of an address.
func plain(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}
