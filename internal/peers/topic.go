package peers

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Line is what a store may offer so that processes reach each other. It is safe for concurrent use.
type Line interface {
	// Publish says message, of at most 64 KiB, to those who are subscribed to topic at this moment, and keeps nothing.
	Publish(ctx context.Context, topic string, message []byte) error
	// Subscribe calls hear with what is published, by this process too, one after the other and for all subscribers
	// in the same order, until ctx is done; it subscribes again by itself. held is called with nil each time that it
	// is subscribed, messages before that perhaps missed, and with the reason each time that it is not.
	Subscribe(ctx context.Context, topic string, hear func(message []byte), held func(err error))
}

// Bounds of a message.
const (
	MaxBody = 64<<10 - overhead // the longest body, in bytes

	overhead = len(ID{}) + 8 + 8 + 16 // sender, number, time, authentication tag
	maxAge   = 10 * time.Minute       // a message from farther away in time is not heard
	maxKnown = 256                    // senders whose keys are remembered
)

// ID names a process for as long as it runs.
type ID [16]byte

// Message is what somebody told.
type Message struct {
	From ID
	Seq  uint64 // counted by its sender from 1, over everything told on the topic
	Sent time.Time
	Body []byte
}

// Figures account for a topic since the process started.
type Figures struct {
	Told    int64 // messages that the line took
	Untold  int64 // messages that it did not take
	Heard   int64 // messages of others that were handed on
	Strange int64 // messages that are not sealed under this site's secret for this topic
	Stale   int64 // messages from more than ten minutes before or after now
}

// Topic is one matter that the processes of a site talk about. It is safe for concurrent use.
type Topic struct {
	line   Line
	name   string
	secret []byte
	now    func() time.Time
	self   ID
	seal   cipher.AEAD
	seq    atomic.Uint64

	mu    sync.Mutex
	known map[ID]cipher.AEAD

	told, untold, heard, strange, stale atomic.Int64
}

// NewTopic makes a Topic. All processes of the site give the same secret and name; now is the clock.
func NewTopic(line Line, secret []byte, name string, now func() time.Time) (*Topic, error) {
	t := &Topic{line: line, name: name, secret: secret, now: now, known: map[ID]cipher.AEAD{}}
	_, _ = rand.Read(t.self[:]) // never fails, see crypto/rand
	var err error
	if t.seal, err = t.key(t.self); err != nil {
		return nil, fmt.Errorf("peers: topic %s: %w", name, err)
	}
	return t, nil
}

// Self is the name under which others hear this process.
func (t *Topic) Self() ID { return t.self }

// key derives the key under which a process seals on this topic.
func (t *Topic) key(of ID) (cipher.AEAD, error) {
	block, err := block(t.secret, of[:], "kelisim peers v1 "+t.name)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Tell says body, of at most [MaxBody] bytes, to the others. An error means that perhaps nobody heard it.
func (t *Topic) Tell(ctx context.Context, body []byte) error {
	if len(body) > MaxBody {
		return fmt.Errorf("peers: %d bytes are above %d: say it in parts", len(body), MaxBody)
	}
	if err := t.line.Publish(ctx, t.name, t.sealed(body)); err != nil {
		t.untold.Add(1)
		return fmt.Errorf("peers: %s: %w", t.name, err)
	}
	t.told.Add(1)
	return nil
}

// Skip gives up what was to be told: the others find with the next message that they missed something.
func (t *Topic) Skip() { t.seq.Add(1) }

// sealed is sender, number, and what is sealed under their key and nonce: time and body.
func (t *Topic) sealed(body []byte) []byte {
	head := binary.BigEndian.AppendUint64(append(make([]byte, 0, len(body)+overhead), t.self[:]...), t.seq.Add(1))
	plain := append(binary.BigEndian.AppendUint64(make([]byte, 0, len(body)+8), uint64(t.now().UnixMilli())), body...)
	return t.seal.Seal(head, nonce(head), plain, head)
}

// nonce is the number of a message, which its sender uses once under its key.
func nonce(head []byte) []byte { return append(make([]byte, 4, 12), head[len(ID{}):]...) }

// Hear calls f with what others tell, one message after the other, until ctx is done: see [Line] for held. What this
// process itself told is not among it, nor what cannot be opened or comes from another time.
func (t *Topic) Hear(ctx context.Context, f func(Message), held func(err error)) {
	t.line.Subscribe(ctx, t.name, func(raw []byte) {
		if m, ok := t.open(raw); ok && m.From != t.self {
			t.heard.Add(1)
			f(m)
		}
	}, held)
}

func (t *Topic) open(raw []byte) (m Message, ok bool) {
	plain, err := t.unseal(raw, &m)
	if err != nil {
		t.strange.Add(1)
		return m, false
	}
	m.Sent = time.UnixMilli(int64(binary.BigEndian.Uint64(plain)))
	if away := t.now().Sub(m.Sent); away > maxAge || away < -maxAge {
		t.stale.Add(1)
		return m, false
	}
	m.Body = plain[8:]
	return m, true
}

var errStrange = errors.New("peers: not sealed by a process of this site")

func (t *Topic) unseal(raw []byte, m *Message) ([]byte, error) {
	if len(raw) < overhead || len(raw) > MaxBody+overhead {
		return nil, errStrange
	}
	head := raw[:len(ID{})+8]
	m.From, m.Seq = ID(head), binary.BigEndian.Uint64(head[len(ID{}):])
	t.mu.Lock()
	key := t.known[m.From]
	t.mu.Unlock()
	strange := key == nil
	if strange {
		var err error
		if key, err = t.key(m.From); err != nil {
			return nil, err
		}
	}
	plain, err := key.Open(nil, nonce(head), raw[len(head):], head)
	if err == nil && strange {
		t.remember(m.From, key)
	}
	return plain, err
}

// remember keeps the key of a sender who proved to be one of us. Those of processes long gone make room.
func (t *Topic) remember(id ID, key cipher.AEAD) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= maxKnown {
		clear(t.known)
	}
	t.known[id] = key
}

// Figures accounts for what was told and heard.
func (t *Topic) Figures() Figures {
	return Figures{t.told.Load(), t.untold.Load(), t.heard.Load(), t.strange.Load(), t.stale.Load()}
}
