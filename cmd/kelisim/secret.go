package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secretFlags say where the site's secret comes from.
type secretFlags struct {
	Secret     string `help:"The site's secret, at least 32 bytes. Better in the environment or a file than on the command line." env:"KELISIM_SECRET" placeholder:"TEXT"`
	SecretFile string `help:"File that holds the secret, outside the data folder. Default: one is made in your configuration folder." env:"KELISIM_SECRET_FILE" placeholder:"FILE"`

	OldSecretFile []string `help:"Files that hold former secrets: what was signed and sealed under them stays valid." env:"KELISIM_OLD_SECRET_FILE" placeholder:"FILE" sep:","`
}

const leastSecret = 32

// load returns the secret. Where none is given it keeps one in the user's configuration folder: beside
// the database it would hand itself to whoever copies that.
func (f secretFlags) load(data string) ([]byte, error) {
	if f.Secret != "" {
		if len(f.Secret) < leastSecret {
			return nil, usage("the secret has %d bytes and needs %d: make one with `openssl rand -base64 32`", len(f.Secret), leastSecret)
		}
		return []byte(f.Secret), nil
	}
	path, made, err := f.path()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && made && !within(path, data) {
		return makeSecret(path)
	}
	return readSecret(path, data)
}

// path is where the secret is kept, and whether one may be made there.
func (f secretFlags) path() (path string, made bool, err error) {
	if f.SecretFile != "" {
		return f.SecretFile, false, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", false, usage("there is no configuration folder to keep the secret in (%v): set KELISIM_SECRET or --secret-file", err)
	}
	return filepath.Join(dir, "kelisim", "secret"), true, nil
}

func readSecret(path, data string) ([]byte, error) {
	if within(path, data) {
		return nil, usage("the secret %s lies inside the data folder %s: keep it elsewhere, or whoever copies one has both", path, data)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("the secret cannot be read: %v", err)
	}
	if secret = bytes.TrimSpace(secret); len(secret) < leastSecret {
		return nil, usage("the secret in %s has %d bytes and needs %d: make one with `openssl rand -base64 32`", path, len(secret), leastSecret)
	}
	return secret, nil
}

// former returns the former secrets.
func (f secretFlags) former(data string) (old [][]byte, err error) {
	for _, path := range f.OldSecretFile {
		secret, err := readSecret(path, data)
		if err != nil {
			return nil, err
		}
		old = append(old, secret)
	}
	return old, nil
}

// existing returns the secrets of a site that has been run: none is made.
func (f secretFlags) existing(data string) (secret []byte, old [][]byte, err error) {
	if f.Secret == "" {
		path, _, err := f.path()
		if err != nil {
			return nil, nil, err
		}
		if secret, err = readSecret(path, data); err != nil {
			return nil, nil, err
		}
	} else if secret, err = f.load(data); err != nil {
		return nil, nil, err
	}
	old, err = f.former(data)
	return secret, old, err
}

// makeSecret writes a new secret, unless another process is doing the same.
func makeSecret(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, usage("the secret cannot be kept: %v: set KELISIM_SECRET or --secret-file", err)
	}
	secret := []byte(rand.Text() + rand.Text())
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path)
	}
	if err != nil {
		return nil, usage("the secret cannot be kept: %v: set KELISIM_SECRET or --secret-file", err)
	}
	_, err = file.Write(append(secret, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, usage("the secret cannot be kept: %v", errors.Join(err, os.Remove(path)))
	}
	return secret, nil
}

// within reports whether path lies in the folder dir.
func within(path, dir string) bool {
	path, errPath := filepath.Abs(path)
	dir, errDir := filepath.Abs(dir)
	if errPath != nil || errDir != nil {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
