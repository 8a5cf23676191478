package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/kelisim/kelisim/static/dashboard"
)

// assets serves the built files under names that hold a hash of their content: they may be cached for ever.
type assets struct {
	prefix   string
	names    map[string]string // plain name → name with hash
	files    map[string]asset  // by name with hash
	licences []dashboard.Licence
}

type asset struct {
	kind   string
	plain  []byte
	zipped func() []byte // made when it is first asked for
}

// kinds of files by extension: those of the house, whatever the machine's own list says, which takes milliseconds to read.
var kinds = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

func loadAssets(prefix string) (*assets, error) {
	a := &assets{prefix: prefix, names: make(map[string]string), files: make(map[string]asset), licences: dashboard.Licences()}
	entries, err := fs.ReadDir(dashboard.Files(), ".")
	if err != nil {
		return nil, fmt.Errorf("server: built files: %w", err)
	}
	for _, entry := range entries {
		content, err := fs.ReadFile(dashboard.Files(), entry.Name())
		if err != nil {
			return nil, fmt.Errorf("server: built files: %w", err)
		}
		a.add(entry.Name(), content)
	}
	a.add("icon.svg", dashboard.Icon())
	return a, nil
}

func (a *assets) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.names[name] = hashed
	a.files[hashed] = asset{kinds[ext], content, sync.OnceValue(func() []byte { return zip(content) })}
}

// zip compresses content. It cannot fail: the level is a valid one, and a buffer takes everything.
func zip(content []byte) []byte {
	var zipped bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	_, _ = zw.Write(content)
	_ = zw.Close()
	return zipped.Bytes()
}

// url returns the address of a built file.
func (a *assets) url(name string) (string, error) {
	hashed, ok := a.names[name]
	if !ok {
		return "", fmt.Errorf("server: no built file %q: run go run ./internal/bundle/cmd", name)
	}
	return a.prefix + "/static/" + hashed, nil
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	body := file.plain
	if accepts(r, "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = file.zipped()
	}
	_, _ = w.Write(body)
}
