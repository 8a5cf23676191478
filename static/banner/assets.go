package banner

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"path"
	"strings"
	"sync"
)

//go:embed dist locales
var files embed.FS

// Asset is one built file. Its name holds its hash, so that it may be cached for good.
type Asset struct {
	Name    string // "core.Xa81b0Qz.js"
	Type    string // Content-Type
	ETag    string // quoted
	Content []byte // shared: never write to it
	Brotli  []byte // Content compressed, likewise
}

// Types are the TypeScript declarations of what the scripts put on window, for a site's own scripts.
//
//go:embed kelisim.d.ts
var Types []byte

// Path is where the named source file ("core.js") is served under mount.
func Path(mount, file string) string { return mount + "/" + Name(file) }

// Name is the name by which the named source file is served.
func Name(file string) string { return assets().names[file] }

// Lookup finds an asset by the name that [Path] gave out.
func Lookup(name string) (Asset, bool) {
	asset, ok := assets().byName[name]
	return asset, ok
}

type catalogue struct {
	byName map[string]Asset
	names  map[string]string // source file → hashed name
}

var assets = sync.OnceValue(loadAssets)

// loadAssets cannot fail on what the compiler embedded; a fault is one of the build and is found by any test.
func loadAssets() catalogue {
	entries, err := files.ReadDir("dist")
	if err != nil {
		panic(fmt.Sprintf("banner: %v", err))
	}
	c := catalogue{byName: map[string]Asset{}, names: map[string]string{}}
	for _, entry := range entries {
		if path.Ext(entry.Name()) == ".br" {
			continue
		}
		asset := newAsset(entry.Name(), embedded(entry.Name()), embedded(entry.Name()+".br"))
		c.byName[asset.Name] = asset
		c.names[entry.Name()] = asset.Name
	}
	return c
}

func embedded(file string) []byte {
	content, err := files.ReadFile("dist/" + file)
	if err != nil {
		panic(fmt.Sprintf("banner: %v; run: go run ./internal/bundle/cmd", err))
	}
	return content
}

func newAsset(file string, content, compressed []byte) Asset {
	sum := sha256.Sum256(content)
	hash := base64.RawURLEncoding.EncodeToString(sum[:6])
	extension := path.Ext(file)
	return Asset{
		Name:    strings.TrimSuffix(file, extension) + "." + hash + extension,
		Type:    types[extension],
		ETag:    `"` + hash + `"`,
		Content: content,
		Brotli:  compressed,
	}
}

// types names the media types here, since the system's own table may say otherwise.
var types = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
}
