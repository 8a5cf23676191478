package peers

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"

	"github.com/kelisim/kelisim/visit"
)

// cabinet holds the keys under which what is personal is sealed: one for each process and seed. They die with the seed,
// so that nothing said on a day can be opened once it is closed, by whoever kept it and whatever secret they have.
type cabinet struct {
	secret []byte

	mu    sync.Mutex
	seeds map[[8]byte]visit.Seed
	keys  map[drawer]cipher.AEAD
}

type drawer struct {
	seed [8]byte
	of   ID
}

// maxDrawers bounds the keys of processes long gone.
const maxDrawers = 1024

var errSeed = errors.New("peers: sealed under a seed that is not known here")

// fill takes over the seeds that live, and forgets the others.
func (c *cabinet) fill(seeds []visit.Seed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	living := make(map[[8]byte]visit.Seed, len(seeds))
	for _, s := range seeds {
		living[s.ID()] = s
	}
	for d := range c.keys {
		if _, ok := living[d.seed]; !ok || len(c.keys) > maxDrawers {
			delete(c.keys, d)
		}
	}
	c.seeds = living
}

// of returns the seed of day.
func (c *cabinet) of(day visit.Day) (id [8]byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, seed := range c.seeds {
		if seed.Day == day {
			return id, true
		}
	}
	return id, false
}

// key returns the key of a process under a seed.
func (c *cabinet) key(d drawer) (cipher.AEAD, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key := c.keys[d]; key != nil {
		return key, nil
	}
	seed, ok := c.seeds[d.seed]
	if !ok {
		return nil, errSeed
	}
	key, err := derive(slices.Concat(c.secret, seed.Value[:]), d.of[:], "kelisim peers visitors v1")
	if err == nil {
		if c.keys == nil {
			c.keys = map[drawer]cipher.AEAD{}
		}
		c.keys[d] = key
	}
	return key, err
}

// derive makes a cipher that puts a random nonce before what it seals.
func derive(secret, salt []byte, label string) (cipher.AEAD, error) {
	block, err := block(secret, salt, label)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// block makes AES-256 under a key of a secret, a salt and a label.
func block(secret, salt []byte, label string) (cipher.Block, error) {
	key, err := hkdf.Key(sha256.New, secret, salt, label, 32)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return aes.NewCipher(key)
}

// handover is one half of an agreement on a key for handing over seeds: whoever recorded what was said, and has the
// site's secret later, cannot open it, since both halves are forgotten.
type handover struct{ half *ecdh.PrivateKey }

func newHandover() (handover, error) {
	half, err := ecdh.X25519().GenerateKey(rand.Reader)
	return handover{half}, err
}

const halfSize = 32

func (h handover) public() []byte { return h.half.PublicKey().Bytes() }

// with returns the cipher that is agreed upon with whoever has the other half. hello is the half of the one who asked.
func (h handover) with(other, hello, offer, secret []byte) (cipher.AEAD, error) {
	public, err := ecdh.X25519().NewPublicKey(other)
	if err != nil {
		return nil, err
	}
	shared, err := h.half.ECDH(public)
	if err != nil {
		return nil, err
	}
	return derive(slices.Concat(secret, shared), slices.Concat(hello, offer), "kelisim peers seeds v1")
}

// seal appends data, sealed for whoever has the seed, to head, which everybody on the topic can read.
func (c *cabinet) seal(d drawer, head, data []byte) ([]byte, error) {
	key, err := c.key(d)
	if err != nil {
		return nil, err
	}
	return key.Seal(head, nil, data, head), nil
}

func (c *cabinet) open(d drawer, head, sealed []byte) ([]byte, error) {
	key, err := c.key(d)
	if err != nil {
		return nil, err
	}
	return key.Open(nil, nil, sealed, head)
}
