package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// readHead reads the head that an earlier run left, the empty one where there is none. A file that cannot
// be read or verified is an error: it is the only witness against the store.
func readHead(path string, k *Keys) (Head, error) {
	empty := Head{Origin: k.origin}
	if path == "" {
		return empty, nil
	}
	signed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, fmt.Errorf("ledger: read the last signed head: %w", err)
	}
	h, err := OpenHead(signed, k.known)
	if err != nil {
		return empty, fmt.Errorf("%w: %s (signed under a secret that was dropped? give the old one too, or move the file away if the ledger is a new one)", err, path)
	}
	return h, nil
}

// writeHead replaces the file in one step and forces it to disk.
func writeHead(path string, h Head) error {
	if path == "" {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("ledger: keep the signed head: %w", err)
	}
	_, err = file.Write(h.Note)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("ledger: keep the signed head: %w", errors.Join(err, os.Remove(file.Name())))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("ledger: keep the signed head: %w", err)
	}
	return wrap("keep the signed head", errors.Join(dir.Sync(), dir.Close()))
}
