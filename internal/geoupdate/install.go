package geoupdate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/kelisim/kelisim/geo/mmdb"
)

// Previous is where the database stays that path held before.
func Previous(path string) string { return path + ".previous" }

// install puts data under path. At every moment there is a whole database under that name, or none if there was
// none.
func install(path string, data []byte) (err error) {
	fresh, err := write(path, data)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(fresh))
		}
	}()
	if err := keep(path, Previous(path)); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncFolder(path)
}

// write makes a file of data beside path, synced, and returns its name.
func write(path string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode(path)), f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// mode is what the file at path has, or what others may read: a database is no secret.
func mode(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// keep gives the file at path a second name, in place of whatever has that.
func keep(path, as string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	data, err := os.ReadFile(path) // a copy: not every file system has second names
	if err != nil {
		return err
	}
	copied, err := write(path, data)
	if err != nil {
		return err
	}
	return os.Rename(copied, as)
}

// syncFolder makes names last over a loss of power.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Rollback takes the database back that path held before; a second time it takes the other back. It is verified
// first.
func Rollback(path string) (mmdb.Info, error) {
	info, err := rollback(path)
	if err != nil {
		return info, fmt.Errorf("geo rollback: %w", err)
	}
	return info, nil
}

func rollback(path string) (mmdb.Info, error) {
	data, err := os.ReadFile(Previous(path))
	if errors.Is(err, fs.ErrNotExist) {
		return mmdb.Info{}, fmt.Errorf("there is no %s to go back to", Previous(path))
	}
	if err != nil {
		return mmdb.Info{}, err
	}
	db, err := mmdb.Parse(data)
	if err != nil {
		return mmdb.Info{}, fmt.Errorf("%s: %w", Previous(path), err)
	}
	info := db.Databases()[0]
	info.Path = path
	return info, install(path, data)
}
