package guard

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/internal/peers"
)

// riskPeers is how the processes of a site tell each other what they judged: in passing, over the line of the shelf, where it has one. Telling
// costs no request anything; what is too much is left out, and each process then counts for itself.
type riskPeers struct {
	topic   *peers.Topic
	queue   chan []byte
	dropped atomic.Int64
	strange atomic.Int64 // messages that were sealed by one of us and not understood

	mu   sync.Mutex
	last map[peers.ID]uint64 // number of the last message of each sender, so that none counts twice
}

const (
	riskTopic   = "risk"
	riskQueue   = 4096
	riskBatch   = 16 << 10
	riskSenders = 256
)

// newRiskPeers is nil where the shelf has no line.
func newRiskPeers(shelf any, secret []byte, now func() time.Time) (*riskPeers, error) {
	line, ok := shelf.(peers.Line)
	if !ok {
		return nil, nil
	}
	topic, err := peers.NewTopic(line, secret, riskTopic, now)
	if err != nil {
		return nil, err
	}
	return &riskPeers{topic: topic, queue: make(chan []byte, riskQueue), last: map[peers.ID]uint64{}}, nil
}

// tell puts a message into the queue.
func (p *riskPeers) tell(message []byte) {
	select {
	case p.queue <- message:
	default:
		p.dropped.Add(1)
	}
}

// start tells and hears until ctx is done. look is called when somebody decided something, or when that may have been missed.
func (p *riskPeers) start(ctx context.Context, g *Guard, running *sync.WaitGroup, look func()) {
	running.Go(func() { p.send(ctx, g) })
	running.Go(func() {
		p.topic.Hear(ctx, func(m peers.Message) { p.hear(g, m, look) }, func(err error) {
			if err != nil {
				g.faults.note("processes of the site do not hear each other of what they judge", err)
				return
			}
			look()
		})
	})
}

// send tells what is in the queue, as much as there is at once.
func (p *riskPeers) send(ctx context.Context, g *Guard) {
	for {
		select {
		case <-ctx.Done():
			return
		case message := <-p.queue:
			body := p.gather(message)
			if err := p.topic.Tell(ctx, body); err != nil && ctx.Err() == nil {
				g.faults.note("processes of the site cannot be told of what is judged", err)
			}
		}
	}
}

// gather puts messages together, each after its length.
func (p *riskPeers) gather(message []byte) (body []byte) {
	for {
		body = append(binary.BigEndian.AppendUint16(body, uint16(len(message))), message...)
		if len(body) > riskBatch {
			return body
		}
		select {
		case message = <-p.queue:
		default:
			return body
		}
	}
}

// hear takes in what another process told, each message once.
func (p *riskPeers) hear(g *Guard, m peers.Message, look func()) {
	ok := true
	defer g.rescue("risk peers", &ok)
	if !p.fresh(m) {
		return
	}
	looks := false
	for body := m.Body; len(body) >= 2; {
		n := int(binary.BigEndian.Uint16(body))
		body = body[2:]
		if n > len(body) {
			p.strange.Add(1)
			break
		}
		asks, err := g.risk.engine.Hear(body[:n], g.config.Now())
		if err != nil {
			p.strange.Add(1)
		}
		looks, body = looks || asks, body[n:]
	}
	if looks {
		look()
	}
}

// fresh reports a message that comes after all that its sender told before.
func (p *riskPeers) fresh(m peers.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Seq <= p.last[m.From] {
		return false
	}
	if len(p.last) >= riskSenders {
		clear(p.last)
	}
	p.last[m.From] = m.Seq
	return true
}
