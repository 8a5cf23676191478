package guard

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/risk"
)

// riskPeers is how the processes of a site tell each other what they judged: in passing, over the line of the shelf, where it has one. Telling
// costs no request anything; what is too much is left out, and each process then counts for itself. What somebody decided goes first, and who
// missed some of what another told finds out, by the numbers of messages.
type riskPeers struct {
	topic     *peers.Topic
	decisions chan []byte
	queue     chan []byte
	dropped   atomic.Int64
	strange   atomic.Int64 // messages that were sealed by one of us and not understood

	mu   sync.Mutex
	last map[peers.ID]lastHeard // so that no message counts twice
}

// lastHeard is the last message of a sender.
type lastHeard struct {
	seq uint64
	at  time.Time
}

const (
	riskTopic     = "risk"
	riskDecisions = 1024
	riskQueue     = 4096
	riskBatch     = 16 << 10
	riskSenders   = 256
	riskRetry     = time.Second
	riskSilent    = 20 * time.Minute // a sender is forgotten: by then nothing that it said is heard any more
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
	return &riskPeers{topic: topic, decisions: make(chan []byte, riskDecisions), queue: make(chan []byte, riskQueue), last: map[peers.ID]lastHeard{}}, nil
}

// tell puts a message into the queue.
func (p *riskPeers) tell(message []byte) {
	queue, decides := p.queue, risk.Decides(message)
	if decides {
		queue = p.decisions
	}
	select {
	case queue <- message:
	default:
		p.dropped.Add(1)
		if decides {
			p.topic.Skip()
		}
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
			g.risk.engine.Missed()
			g.risk.engine.Ask() // so that others find out what was said meanwhile
			look()
		})
	})
}

// send tells what is in the queues, as much as there is at once. After a message that nobody may have heard another follows, by which they
// find out.
func (p *riskPeers) send(ctx context.Context, g *Guard) {
	var retry <-chan time.Time
	for {
		var message []byte
		select {
		case <-ctx.Done():
			return
		case message = <-p.decisions:
		case message = <-p.queue:
		case <-retry:
			retry = nil
			g.risk.engine.Ask()
			continue
		}
		if err := p.topic.Tell(ctx, p.gather(message)); err != nil && ctx.Err() == nil {
			g.faults.note("processes of the site cannot be told of what is judged", err)
			retry = time.After(riskRetry)
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
		case message = <-p.decisions:
			continue
		default:
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
	fresh, missed := p.fresh(m, g.config.Now())
	if !fresh {
		return
	}
	if missed {
		g.risk.engine.Missed()
	}
	looks := missed
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

// fresh reports a message that comes after all that its sender told before, and whether some before it did not come.
func (p *riskPeers) fresh(m peers.Message, now time.Time) (fresh, missed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, known := p.last[m.From]
	if known && m.Seq <= last.seq {
		return false, false
	}
	if !known && len(p.last) >= riskSenders {
		p.forget(now)
	}
	p.last[m.From] = lastHeard{m.Seq, now}
	return true, m.Seq != last.seq+1
}

// forget makes room for another sender.
func (p *riskPeers) forget(now time.Time) {
	for id, last := range p.last {
		if away := now.Sub(last.at).Abs(); away > riskSilent {
			delete(p.last, id)
		}
	}
	if len(p.last) >= riskSenders {
		clear(p.last)
	}
}
