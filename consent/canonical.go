package consent

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SaltLen is the length of a [Salt] in bytes.
const SaltLen = 32

// Salt makes the commitment to a record say nothing about it: without the salt, nobody can confirm a guess.
type Salt [SaltLen]byte

// Leaf is the commitment to a record, see [Commit]. It is what the ledger's log is made of, and all that
// is left of a record once it is erased.
type Leaf [sha256.Size]byte

// leafUse sets commitments apart from every other hash of the house.
const leafUse = "kelisim/consent/leaf/v1\x00"

// Commit returns SHA-256 over a fixed prefix, the salt and the canonical form of a record. The salt has as
// many random bits as the hash: the commitment binds to one record, and with the salt destroyed it fits
// every record alike.
func Commit(salt Salt, canonical []byte) (l Leaf) {
	h := sha256.New()
	h.Write([]byte(leafUse))
	h.Write(salt[:])
	h.Write(canonical)
	h.Sum(l[:0])
	return l
}

var errCanonical = errors.New("consent: not canonical")

// maxDepth bounds how deep JSON may nest: records nest four deep.
const maxDepth = 16

// Canonical rewrites a JSON value as RFC 8785 has it: no white space, members sorted by name, strings with
// the fewest escapes. So a record is the same record however it was printed. Numbers must be whole and at
// most 2⁵³ in size, as all of a record's are; a member named twice is an error.
func Canonical(value []byte) ([]byte, error) {
	if !utf8.Valid(value) {
		return nil, fmt.Errorf("%w: no UTF-8", errCanonical)
	}
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	out, err := canonical(nil, d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one value", errCanonical)
	}
	return out, nil
}

func canonical(dst []byte, d *json.Decoder, depth int) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCanonical, err)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: nested too deep", errCanonical)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return canonicalObject(dst, d, depth)
		}
		return canonicalArray(dst, d, depth)
	case json.Number:
		return canonicalNumber(dst, t)
	case string:
		return canonicalString(dst, t), nil
	case bool:
		return strconv.AppendBool(dst, t), nil
	}
	return append(dst, "null"...), nil
}

func canonicalArray(dst []byte, d *json.Decoder, depth int) (_ []byte, err error) {
	dst = append(dst, '[')
	for first := true; d.More(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		if dst, err = canonical(dst, d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err = d.Token()
	return append(dst, ']'), err
}

func canonicalObject(dst []byte, d *json.Decoder, depth int) ([]byte, error) {
	members := map[string][]byte{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCanonical, err)
		}
		name, _ := token.(string)
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("%w: member %q is there twice", errCanonical, clip(name))
		}
		if members[name], err = canonical(nil, d, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("%w: %w", errCanonical, err)
	}
	dst = append(dst, '{')
	for i, name := range slices.SortedFunc(maps.Keys(members), compareUTF16) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(canonicalString(dst, name), ':'), members[name]...)
	}
	return append(dst, '}'), nil
}

// compareUTF16 orders names by their UTF-16 code units, which differs from UTF-8's order only where a
// character beyond the basic plane meets one from U+E000 on.
func compareUTF16(a, b string) int {
	weigh := func(r rune) rune {
		switch {
		case r >= 0x10000:
			return 0xD800 // a surrogate; two of them compare as their characters do
		case r >= 0xE000:
			return r + 1
		}
		return r
	}
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		s, m := utf8.DecodeRuneInString(b)
		if r != s {
			if d := int(weigh(r)) - int(weigh(s)); d != 0 {
				return d
			}
			return int(r) - int(s)
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}

func canonicalNumber(dst []byte, n json.Number) ([]byte, error) {
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || i > 1<<53 || i < -1<<53 {
		return nil, fmt.Errorf("%w: number %q is not whole, or too large", errCanonical, clip(string(n)))
	}
	return strconv.AppendInt(dst, i, 10), nil
}

func canonicalString(dst []byte, s string) []byte {
	const short = "\b\t\n\f\r\"\\"
	dst = append(dst, '"')
	for i := range len(s) {
		c := s[i]
		if at := strings.IndexByte(short, c); at >= 0 {
			dst = append(dst, '\\', `btnfr"\`[at])
		} else if c < 0x20 {
			dst = fmt.Appendf(dst, `\u%04x`, c)
		} else {
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
