package geogen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kelisim/kelisim/geo"
)

// Generate writes world.geo and the provider package's licence texts into out, after having read the
// table back and checked it ([Check]). It fetches the packages unless it is given folders that hold them
// unpacked. The report says what was made.
func Generate(ctx context.Context, out, countryDir, providerDir string) (report string, err error) {
	tmp, err := os.MkdirTemp("", "geogen")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	countries, err := obtain(ctx, tmp, countryDir, CountryPackage)
	if err != nil {
		return "", err
	}
	providers, err := obtain(ctx, tmp, providerDir, ProviderPackage)
	if err != nil {
		return "", err
	}
	country, err := Countries(countries)
	if err != nil {
		return "", err
	}
	provider, err := Providers(providers)
	if err != nil {
		return "", err
	}
	files := map[string][]byte{"world.geo": Encode(country, provider)}
	table, err := geo.Parse(files["world.geo"])
	if err != nil {
		return "", err
	}
	if err := Check(table, country, provider); err != nil {
		return "", err
	}
	if files["LICENSES"], err = licences(providers.Dir); err != nil {
		return "", err
	}
	var made strings.Builder
	for _, name := range []string{"world.geo", "LICENSES"} {
		if err := save(filepath.Join(out, name), bytes.NewReader(files[name])); err != nil {
			return "", err
		}
		fmt.Fprintf(&made, "%s: %d bytes\n%s", name, len(files[name]), header(files[name]))
	}
	return made.String(), nil
}

func obtain(ctx context.Context, tmp, dir, name string) (Package, error) {
	if dir != "" {
		return ReadPackage(dir)
	}
	return Fetch(ctx, tmp, name)
}

// header returns the text in front of a table file.
func header(data []byte) string {
	head, _, found := bytes.Cut(data, []byte("\n\n"))
	if !found || !bytes.HasPrefix(head, []byte(geo.Format)) {
		return ""
	}
	return string(head) + "\n"
}

// licences joins the licence and modification notices of the provider package, as they stand, under
// a line that says what they are about.
func licences(dir string) ([]byte, error) {
	text := []byte("The countries in world.geo are made from " + CountryPackage + ", dedicated to the public domain (PDDL-1.0) by IPtoASN.\n" +
		"Its providers are made from " + ProviderPackage + " (CC-BY-4.0), modified: ranges are rounded to /24 and /48, names tidied.\n" +
		"The notices of that package follow.\n")
	for _, name := range []string{"ROUTEVIEWS-LICENSE", "DBIP-LICENSE", "NRO_LICENSE", "MODIFICATIONS"} {
		notice, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("geogen: a licence is missing: %w", err)
		}
		text = fmt.Appendf(text, "\n== %s\n%s\n", name, bytes.TrimSpace(notice))
	}
	return text, nil
}
