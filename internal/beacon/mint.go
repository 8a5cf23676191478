package beacon

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Life is for how long a token is good: as long as somebody may leave a page open and come back to it.
const Life = 6 * time.Hour

// maxChain is how many virtual pages may follow one another within one document.
const maxChain = 100

const (
	// maxEvents is how many events and links of one page are counted.
	maxEvents = 48
	// freely is how many virtual pages may follow one another as fast as they can, and
	freely = 10
	// unhurried is how long each of the later ones is looked at, at least.
	unhurried = time.Second
)

const (
	idLength    = 8
	macLength   = 13
	plainLength = 4 + 4 + 1 + idLength // time, day, link of the chain, random id
	tokenLength = (plainLength + macLength) * 4 / 3
)

// Page is what a token is bound to.
type Page struct {
	Path    string    // scrubbed
	Visitor visit.Key // pseudonym of the day
	Day     visit.Day // of the pseudonym
}

// Mint makes and checks the tokens of pages. It is safe for concurrent use.
type Mint struct {
	desks  sync.Pool
	random io.Reader
	used   used
}

// NewMint makes a Mint of the site's secret. Its tokens hold with it alone: another process of the site, or a later one,
// does not know what has come under them. random gives the ids; it must not fail, as crypto/rand.Reader.
func NewMint(secret []byte, random io.Reader) (*Mint, error) {
	var own [16]byte
	if _, err := io.ReadFull(random, own[:]); err != nil {
		return nil, fmt.Errorf("beacon: %w", err)
	}
	key, err := hkdf.Key(sha256.New, secret, own[:], "kelisim page token v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("beacon: %w", err)
	}
	m := &Mint{random: random}
	m.desks.New = func() any { return &desk{mac: hmac.New(sha256.New, key)} }
	return m, nil
}

// desk is what a token is made on. It is used again, since every page needs one.
type desk struct {
	mac     hash.Hash
	token   [plainLength + macLength]byte
	message []byte
	sum     [sha256.Size]byte
}

// Issue makes the token of a page that is served now.
func (m *Mint) Issue(p Page, now time.Time) string { return string(m.Append(nil, p, now)) }

// Append is Issue at the end of dst.
func (m *Mint) Append(dst []byte, p Page, now time.Time) []byte { return m.issue(dst, p, now, 0) }

func (m *Mint) issue(dst []byte, p Page, now time.Time, link byte) []byte {
	d := m.desks.Get().(*desk)
	defer m.desks.Put(d)
	b := d.token[:]
	binary.BigEndian.PutUint32(b, uint32(now.Unix()))
	binary.BigEndian.PutUint32(b[4:], uint32(p.Day))
	b[8] = link
	if _, err := io.ReadFull(m.random, b[9:plainLength]); err != nil {
		return dst // the page goes without: what it tells is shown apart
	}
	d.sign(p)
	return base64.RawURLEncoding.AppendEncode(dst, b)
}

// sign writes the code over the token's plain part and p behind it.
func (d *desk) sign(p Page) {
	b := d.message[:0]
	b = append(b, d.token[:plainLength]...)
	b = binary.BigEndian.AppendUint64(b, p.Visitor[0])
	b = binary.BigEndian.AppendUint64(b, p.Visitor[1])
	b = append(b, p.Path...)
	d.message = b
	d.mac.Reset()
	d.mac.Write(d.message)
	copy(d.token[plainLength:], d.mac.Sum(d.sum[:0])[:macLength])
	clear(d.message)
}

// Errors of [Mint.Redeem]: why a token does not hold.
var (
	ErrToken   = errors.New("beacon: the token is none, or another page's or visitor's")
	ErrExpired = errors.New("beacon: the token is too old")
	ErrUsed    = errors.New("beacon: the delivery has come before")
)

// Told is what a delivery adds to what came before it under the same token.
type Told struct {
	First    bool // the first delivery: what a page tells once is taken of this one
	Seconds  int  // looked at since, and no longer than the page exists
	Scrolled int  // further than before, in percent of the page's length
	Before   int  // seconds looked at before
	Reached  int  // and percent
	Room     int  // events and links that may still be counted under the token, those of this delivery included

	Served time.Time // when the page was, by its token
	link   byte
}

// DayOf returns the day under whose pseudonyms a token was made; false if it cannot be one. The token is not checked.
func DayOf(token string) (visit.Day, bool) {
	b, ok := decode(token)
	return visit.Day(int32(binary.BigEndian.Uint32(b[4:]))), ok
}

func decode(token string) (b [plainLength + macLength]byte, ok bool) {
	if len(token) != tokenLength {
		return b, false
	}
	n, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(token))
	return b, err == nil && n == len(b)
}

// Redeem checks that r comes from page p, within its time and for the first time.
func (m *Mint) Redeem(r *Report, p Page, now time.Time) (Told, error) {
	b, ok := decode(r.Token)
	if !ok || visit.Day(int32(binary.BigEndian.Uint32(b[4:]))) != p.Day {
		return Told{}, ErrToken
	}
	if !m.holds(b, p) {
		return Told{}, ErrToken
	}
	issued := time.Unix(int64(binary.BigEndian.Uint32(b[:])), 0)
	age := now.Sub(issued)
	if age < -time.Minute || age > Life {
		return Told{}, ErrExpired
	}
	t, err := m.used.take(binary.BigEndian.Uint64(b[9:]), issued, now, r)
	t.Served, t.link = issued, b[8]
	return t, err
}

// holds reports whether the code of a token is that of p.
func (m *Mint) holds(b [plainLength + macLength]byte, p Page) bool {
	d := m.desks.Get().(*desk)
	defer m.desks.Put(d)
	d.token = b
	d.sign(p)
	return subtle.ConstantTimeCompare(d.token[plainLength:], b[plainLength:]) == 1
}

// Hasty reports whether a document that has moved often moves on sooner than anybody looks.
func (t Told) Hasty(now time.Time) bool { return t.link >= freely && now.Sub(t.Served) < unhurried }

// Follow makes the token of a virtual page to which the document of a redeemed delivery has moved; "" where it has
// moved too often.
func (m *Mint) Follow(t Told, p Page, now time.Time) string {
	if t.link >= maxChain {
		return ""
	}
	return string(m.issue(nil, p, now, t.link+1))
}

// Held is how many tokens are remembered as used.
func (m *Mint) Held() int { return m.used.held() }
