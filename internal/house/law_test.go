package house_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/kelisim/kelisim/"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath, Dir, Doc string
	GoFiles, Imports     []string
	Deps                 []string
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

// packages lists the packages of the module once for all tests.
var packages = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,GoFiles,Imports,Deps", "./...")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

func list(t *testing.T) []pkg {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if len(all) < 15 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}

// law says which packages of the house a package may import; "x/..." stands for x and all below it.
// A package that is not named here is found by the longest name above it.
var law = map[string][]string{
	"consent":              {},
	"consent/policyfile":   {"consent", "internal/yamldoc"},
	"internal/yamldoc":     {},
	"visit":                {},
	"visit/planfile":       {"visit", "internal/yamldoc"},
	"geo":                  {},
	"geo/mmdb":             {"geo"},
	"geo/mmdb/mmdbtest":    {},
	"internal/geoupdate":   {"geo", "geo/mmdb"},
	"static":               {},
	"risk":                 {"visit", "geo"},
	"risk/rulefile":        {"risk", "internal/yamldoc"},
	"stats":                {"visit"},
	"rights":               {"consent"},
	"ledger":               {"consent"},
	"store":                {"consent", "visit", "stats", "risk", "rights"},
	"store/internal":       {"consent", "visit", "stats", "store/internal/..."},
	"store/boltstore":      {"consent", "visit", "stats", "risk", "rights", "store/internal/..."},
	"store/redisstore":     {"consent", "visit", "stats", "risk", "rights", "store/internal/..."},
	"internal/logimport":   {"visit", "geo", "stats", "internal/accesslog", "internal/goatcounter"},
	"store/storetest":      {"consent", "visit", "stats", "risk", "rights", "store/storetest/..."},
	"internal/gate":        {"consent", "internal/gate/gatetest"},
	"internal/csp":         {"consent"},
	"internal/cookielist":  {"consent"},
	"internal/beacon":      {"visit"},
	"internal/attack":      {"visit", "stats"},
	"internal/recorder":    {"consent", "visit", "geo", "stats", "internal/beacon"},
	"internal/centre":      {"consent", "static/banner"},
	"internal/spool":       {"consent", "stats"},
	"internal/bundle":      {"internal/bundle"},
	"internal/geogen":      {"geo", "geo/mmdb", "internal/geogen"},
	"internal/mapgen":      {"internal/mapgen"},
	"internal/guard":       {"consent", "visit", "geo", "risk", "stats", "internal/gate", "internal/centre", "internal/recorder", "internal/spool", "internal/csp", "internal/beacon", "internal/peers", "ledger", "static/banner"},
	"internal/peers":       {"visit"},
	"internal/house":       {},
	"middleware":           {"internal/guard", "ledger", "consent", "visit", "geo", "risk", "stats"},
	"server":               {"server/...", "internal/cookielist", "consent", "visit", "geo", "risk", "stats", "rights", "static/..."},
	"cmd":                  {"..."},
	"internal/accesslog":   {"visit"},
	"internal/goatcounter": {"visit"},
	"internal/plausible":   {"visit", "stats"},
	"internal/archive":     {"visit", "stats"},
	"internal/yearload":    {"visit"},
}

// rule finds the entry of the law for a package.
func rule(name string) (allowed []string, ok bool) {
	for at := name; at != "."; at = filepath.Dir(at) {
		if allowed, ok = law[at]; ok {
			return allowed, true
		}
	}
	return nil, false
}

func permits(allowed []string, name string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		below, open := strings.CutSuffix(a, "...")
		below = strings.TrimSuffix(below, "/")
		return a == name || open && (below == "" || name == below || strings.HasPrefix(name, below+"/"))
	})
}

func TestImportLaw(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		allowed, ok := rule(p.name())
		if !ok {
			t.Errorf("%s: not in the law: decide in internal/house what it may import", p.name())
			continue
		}
		for _, imported := range p.Imports {
			name, ours := strings.CutPrefix(imported, module)
			if ours && !permits(allowed, name) {
				t.Errorf("%s imports %s: it may import only %v (see ARCHITECTURE.md)", p.name(), name, allowed)
			}
		}
	}
}

// drivers says which packages may import a driver: what depends on it can then be replaced in one place,
// and a site that does not need it does not get it.
var drivers = map[string][]string{
	"github.com/labstack/echo/v4":             {"middleware", "cmd/..."},
	"github.com/redis/go-redis/v9":            {"store/redisstore"},
	"go.etcd.io/bbolt":                        {"store/boltstore"},
	"golang.org/x/mod":                        {"ledger"},
	"github.com/oschwald/geoip2-golang/v2":    {"geo/mmdb"},
	"github.com/oschwald/maxminddb-golang/v2": {"geo/mmdb"},
	"github.com/evanw/esbuild":                {"internal/bundle/..."},
	"github.com/goccy/go-yaml":                {"internal/yamldoc"},
	"github.com/gofrs/flock":                  {"internal/spool", "cmd/..."},
	"github.com/dchest/siphash":               {"visit", "risk"},
	"github.com/alexedwards/scs/v2":           {"server"},
	"github.com/wneessen/go-mail":             {"server/post"},
	"github.com/alecthomas/kong":              {"cmd/..."},
	"github.com/schollz/progressbar/v3":       {"cmd/..."},
}

func TestEachDriverInOnePackage(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, p := range list(t) {
		for _, imported := range p.Imports {
			for driver, allowed := range drivers {
				if imported != driver && !strings.HasPrefix(imported, driver+"/") {
					continue
				}
				used[driver] = true
				if !permits(allowed, p.name()) {
					t.Errorf("%s imports %s: only %v may", p.name(), imported, allowed)
				}
			}
		}
	}
	for driver := range drivers {
		if !used[driver] {
			t.Errorf("%s is in the table of drivers and nobody imports it: take it out", driver)
		}
	}
}

func TestMiddlewarePullsNoDriver(t *testing.T) {
	t.Parallel()
	banned := map[string]string{
		"github.com/redis/go-redis/v9":            "a site chooses its store",
		"go.etcd.io/bbolt":                        "a site chooses its store",
		"github.com/oschwald/geoip2-golang/v2":    "a site chooses its databases",
		"github.com/oschwald/maxminddb-golang/v2": "a site chooses its databases",
		"github.com/evanw/esbuild":                "the front end is built and committed",
		"github.com/goccy/go-yaml":                "a policy may be written in Go",
		"github.com/alexedwards/scs/v2":           "the dashboard is the server's",
		module + "server":                         "the dashboard is the server's",
		module + "static/dashboard":               "the dashboard is the server's",
		module + "store":                          "a site chooses its store",
		module + "geo/mmdb":                       "a site chooses its databases",
		module + "internal/cookielist":            "the dashboard is the server's",
	}
	for _, p := range list(t) {
		core := p.name() == "internal/guard"
		if p.name() != "middleware" && !core {
			continue
		}
		for _, dep := range p.Deps {
			for name, why := range banned {
				if dep == name || strings.HasPrefix(dep, name+"/") {
					t.Errorf("%s pulls in %s: %s", p.name(), dep, why)
				}
			}
			if core && strings.HasPrefix(dep, "github.com/labstack/echo") {
				t.Errorf("%s pulls in %s: the core knows no framework", p.name(), dep)
			}
		}
	}
}

// TestRiskAndStatisticsAreApart: no file but the glue of the middleware sees both what is counted and who is judged.
func TestRiskAndStatisticsAreApart(t *testing.T) {
	t.Parallel()
	both := []string{"middleware/middleware.go"} // names both, and does nothing with either
	for _, p := range list(t) {
		for _, dep := range p.Deps {
			if p.name() == "stats" && dep == module+"risk" || p.name() == "risk" && dep == module+"stats" || p.name() == "internal/recorder" && dep == module+"risk" {
				t.Errorf("%s pulls in %s: what is counted and who is judged are apart", p.name(), dep)
			}
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			seen := 0
			for _, i := range file.Imports {
				if path := strings.Trim(i.Path.Value, `"`); path == module+"risk" || path == module+"stats" {
					seen++
				}
			}
			if at := p.name() + "/" + name; seen == 2 && !slices.Contains(both, at) {
				t.Errorf("%s imports both risk and stats: no code may see both", at)
			}
		}
	}
}

func TestPureRoomsDoNoInputOrOutput(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		if p.name() != "consent" && p.name() != "visit" {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains([]string{"os", "net", "database/sql", "os/exec"}, imported) {
				t.Errorf("%s imports %s: it is pure", p.name(), imported)
			}
			if p.name() == "consent" && strings.Contains(imported, ".") {
				t.Errorf("consent imports %s: it uses the standard library only", imported)
			}
		}
	}
}

func TestEveryPackageTellsItsStory(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		words, files := 0, token.NewFileSet()
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			words += len(strings.Fields(file.Doc.Text()))
		}
		if len(p.GoFiles) > 0 && words < 20 {
			t.Errorf("%s: its package comment has %d words: say what it is for, and what it defends against", p.name(), words)
		}
	}
}
