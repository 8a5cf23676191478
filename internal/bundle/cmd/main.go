// Command cmd rebuilds every committed script and style sheet of the module:
//
//	go run ./internal/bundle/cmd
//
// or, with the names of folders, only what is theirs:
//
//	go run ./internal/bundle/cmd static/banner
//
// It may be started anywhere inside the module.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/internal/bundle"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	root, err := bundle.Root(".")
	if err != nil {
		return err
	}
	files, err := bundle.Build(root, wanted(bundle.Entries(), os.Args[1:]))
	if err != nil {
		return err
	}
	for _, file := range files {
		fmt.Printf("%7d  %s\n", len(file.Content), file.Path)
	}
	return bundle.Write(root, files)
}

// wanted keeps the entries of the named folders, all where none is named.
func wanted(entries []bundle.Entry, folders []string) []bundle.Entry {
	if len(folders) == 0 {
		return entries
	}
	return slices.DeleteFunc(entries, func(e bundle.Entry) bool {
		return !slices.ContainsFunc(folders, func(folder string) bool {
			return strings.HasPrefix(e.Source, strings.Trim(folder, "./")+"/")
		})
	})
}
