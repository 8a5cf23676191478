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
	files, err := bundle.Build(root, bundle.Under(bundle.Entries(), os.Args[1:]))
	if err != nil {
		return err
	}
	for _, file := range files {
		fmt.Printf("%7d  %s\n", len(file.Content), file.Path)
	}
	return bundle.Write(root, files)
}
