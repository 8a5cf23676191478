package geoupdate

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

var errWebPage = errors.New("it is a web page and not a database: the address may need a login, or have changed")

// unpack finds the database in what was published, by what it is and not by what it is called. Most bounds the
// bytes that come out.
func unpack(data []byte, most int64) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		unzipped, err := gunzip(data, most)
		if err != nil {
			return nil, fmt.Errorf("the gzip file is damaged or cut short: %w", err)
		}
		data = unzipped
	}
	if len(data) > 512 && bytes.HasPrefix(data[257:], []byte("ustar")) {
		return untar(data)
	}
	return data, looksWrong(data)
}

func gunzip(data []byte, most int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readAll(r, most)
}

// untar returns the one database of an archive. No name of it is used for anything.
func untar(data []byte) (found []byte, err error) {
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the archive is damaged or cut short: %w", err)
		}
		if h.Typeflag != tar.TypeReg || !strings.HasSuffix(h.Name, ".mmdb") {
			continue
		}
		if found != nil {
			return nil, errors.New("there are several databases in the archive: unpack it and give one of them with --file")
		}
		if found, err = io.ReadAll(r); err != nil {
			return nil, fmt.Errorf("the archive is damaged or cut short: %w", err)
		}
	}
	if found == nil {
		return nil, errors.New("there is no .mmdb file in the archive")
	}
	return found, looksWrong(found)
}

// looksWrong names what people get instead of a database.
func looksWrong(data []byte) error {
	start := bytes.TrimSpace(data[:min(len(data), 512)])
	switch {
	case len(data) == 0:
		return errors.New("it is empty")
	case bytes.HasPrefix(start, []byte("<")):
		return errWebPage
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return errors.New("it is a ZIP archive: unpack it and give the database with --file")
	case bytes.HasPrefix(start, []byte("{")):
		return errors.New("it is a message in JSON and not a database: account, key or edition may be wrong")
	}
	return nil
}
