package geogen

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Package is an unpacked npm package.
type Package struct {
	Dir     string
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"license"`
}

// Fetch downloads the newest version of the npm package name into a new folder under dir, with the
// npm client as it is set up on this machine, and unpacks it. Nothing of the package is run.
func Fetch(ctx context.Context, dir, name string) (Package, error) {
	dir, err := os.MkdirTemp(dir, "npm")
	if err != nil {
		return Package{}, err
	}
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", "--ignore-scripts", name) //nolint:gosec // the names are ours
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return Package{}, fmt.Errorf("geogen: npm pack %s: %w", name, err)
	}
	archive := filepath.Join(dir, filepath.Base(strings.TrimSpace(string(out))))
	if err := untar(archive, dir); err != nil {
		return Package{}, fmt.Errorf("geogen: %s: %w", archive, err)
	}
	return ReadPackage(dir)
}

// ReadPackage describes the package unpacked in dir.
func ReadPackage(dir string) (Package, error) {
	p := Package{Dir: dir}
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(data, &p)
}

// untar puts the plain files of an npm archive ("package/…", one level) into dir.
func untar(archive, dir string) error {
	data, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if folder, name := path.Split(h.Name); folder == "package/" && h.Typeflag == tar.TypeReg {
			if err := save(filepath.Join(dir, name), r); err != nil {
				return err
			}
		}
	}
}

func save(name string, r io.Reader) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
