package bundle

import (
	"path"
	"slices"
	"strings"
)

// Entry is one file that browsers load and the source it is made from, both relative to the module's root.
type Entry struct {
	Source string // a .ts or .css file; what it imports is bundled in
	Output string
	Brotli bool // also write Output with ".br" added, compressed as far as it goes
}

// Entries lists everything that is built. A new page or module gets a line here and nothing else.
func Entries() []Entry {
	return append(banner(), dashboard()...)
}

// banner lists what other people's pages load, and the privacy centre's files. They are compressed here, once: their budget
// is in bytes after brotli, and the standard library cannot compress so.
func banner() []Entry {
	entries := in("static/banner", "core.ts", "banner.ts", "centre.ts", "told.ts", "changed.ts", "mode.ts", "static.ts", "beacon.ts", "beaconfull.ts", "device.ts", "core.css", "banner.css", "centre.css")
	for i := range entries {
		entries[i].Brotli = true
	}
	return entries
}

// dashboard lists the admin pages' files.
func dashboard() []Entry {
	return in("static/dashboard", "dashboard.ts", "chart.ts", "dashboard.css")
}

// in lists the entries of one folder: src/name becomes dist/name, TypeScript becoming JavaScript.
func in(folder string, names ...string) []Entry {
	entries := make([]Entry, 0, len(names))
	for _, name := range names {
		output := name
		if path.Ext(name) == ".ts" {
			output = name[:len(name)-len(".ts")] + ".js"
		}
		entries = append(entries, Entry{
			Source: path.Join(folder, "src", name),
			Output: path.Join(folder, "dist", output),
		})
	}
	return entries
}

// Under keeps the entries of the named folders, all where none is named.
func Under(entries []Entry, folders []string) []Entry {
	if len(folders) == 0 {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		return !slices.ContainsFunc(folders, func(folder string) bool {
			return strings.HasPrefix(e.Source, path.Clean(folder)+"/")
		})
	})
}
