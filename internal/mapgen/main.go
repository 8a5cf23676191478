package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	atlas := flag.String("atlas", "", "folder of the npm package world-atlas")
	out := flag.String("out", "static/dashboard/data", "folder to write to")
	flag.Parse()
	if err := run(*atlas, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(atlas, out string) error {
	coarse, err := readAtlas(filepath.Join(atlas, "countries-110m.json"))
	if err != nil {
		return err
	}
	fine, err := readAtlas(filepath.Join(atlas, "countries-50m.json"))
	if err != nil {
		return err
	}
	if err := write(filepath.Join(out, "world.json"), draw(coarse, fine)); err != nil {
		return err
	}
	return write(filepath.Join(out, "names.json"), collectNames())
}

func write(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "")
	if err != nil {
		return fmt.Errorf("mapgen: %w", err)
	}
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("mapgen: %w", err)
	}
	return nil
}
