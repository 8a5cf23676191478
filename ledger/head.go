package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrHead is returned for a head that is not signed by a known key, or is none.
var ErrHead = errors.New("ledger: not a head that a known key has signed")

// Head says what the log was at one size. Its text is a checkpoint of C2SP tlog-checkpoint: origin, size
// and root, a line each.
type Head struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Note   []byte // the signed note; nil for the empty log, which nobody signs
}

// MaxHead is the most bytes that a signed head may take.
const MaxHead = 4096

func (h Head) tree() tlog.Tree { return tlog.Tree{N: h.Size, Hash: h.Root} }

// sign makes the head of a tree. It is the same note whenever it is made.
func (k *Keys) sign(size int64, root tlog.Hash) (Head, error) {
	text := fmt.Sprintf("%s\n%d\n%v\n", k.origin, size, root)
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return Head{}, fmt.Errorf("ledger: sign: %w", err)
	}
	return Head{Origin: k.origin, Size: size, Root: root, Note: signed}, nil
}

// OpenHead reads a signed head and verifies its signature, or returns [ErrHead].
func OpenHead(signed []byte, known note.Verifiers) (Head, error) {
	if len(signed) > MaxHead {
		return Head{}, ErrHead
	}
	n, err := note.Open(signed, known)
	if err != nil {
		return Head{}, ErrHead
	}
	lines := strings.SplitN(n.Text, "\n", 4)
	if len(lines) < 4 {
		return Head{}, ErrHead
	}
	h := Head{Origin: lines[0], Note: signed}
	h.Size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || h.Size < 1 || strconv.FormatInt(h.Size, 10) != lines[1] {
		return Head{}, ErrHead
	}
	if h.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Head{}, ErrHead
	}
	for _, s := range n.Sigs {
		if s.Name == h.Origin {
			return h, nil
		}
	}
	return Head{}, ErrHead
}
