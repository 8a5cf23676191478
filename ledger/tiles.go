package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight makes tiles of 2⁸ hashes, 8 KiB.
const tileHeight = 8

// tiles reads the tree from the store. Tiles of an authenticated tree never change, so it keeps what it read.
type tiles struct {
	ctx   context.Context
	store Store
	mu    sync.Mutex
	kept  map[string][]byte
	away  error // why the store could not be read
}

func newTiles(ctx context.Context, store Store) *tiles {
	return &tiles{ctx: ctx, store: store, kept: map[string][]byte{}}
}

// tileName is the sheet of a tile. A partial tile is the beginning of the sheet.
func tileName(t tlog.Tile) string {
	return "tile/" + strconv.Itoa(t.L) + "/" + strconv.FormatInt(t.N, 10)
}

// Height implements [tlog.TileReader].
func (t *tiles) Height() int { return tileHeight }

// ReadTiles implements [tlog.TileReader].
func (t *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(list))
	for i, tile := range list {
		sheet, err := t.read(tileName(tile), tile.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		data[i] = sheet[:tile.W*tlog.HashSize]
	}
	return data, nil
}

func (t *tiles) read(name string, want int) ([]byte, error) {
	t.mu.Lock()
	sheet := t.kept[name]
	t.mu.Unlock()
	if len(sheet) >= want {
		return sheet, nil
	}
	sheet, err := t.store.Sheet(t.ctx, name)
	if err == nil && len(sheet) < want {
		err = fs.ErrNotExist
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing or too short", ErrForked, name)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.away = fmt.Errorf("ledger: read %s: %w", name, err)
		return nil, t.away
	}
	t.kept[name] = sheet
	return sheet, nil
}

// fault is what an error of a reader means: that the store is away, or else that it does not fit the head.
func (t *tiles) fault(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case t.away != nil:
		return t.away
	case errors.Is(err, ErrForked):
		return err
	}
	return fmt.Errorf("%w: %w", ErrForked, err)
}

// SaveTiles implements [tlog.TileReader].
func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// reader reads the hashes of a tree whose head is known: whatever the store returns is checked against it.
func (t *tiles) reader(h Head) tlog.HashReader { return tlog.TileHashReader(h.tree(), t) }

// writeTile puts a tile on its sheet. What is there already must be the same, or its beginning.
func writeTile(ctx context.Context, store Store, t tlog.Tile, data []byte) error {
	name := tileName(t)
	for {
		old, err := store.Sheet(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			old, err = nil, nil
		}
		if err != nil {
			return fmt.Errorf("ledger: read %s: %w", name, err)
		}
		n := min(len(old), len(data))
		if !bytes.Equal(old[:n], data[:n]) {
			return fmt.Errorf("%w: %s holds other hashes", ErrForked, name)
		}
		if len(old) >= len(data) {
			return nil
		}
		swapped, err := store.SwapSheet(ctx, name, old, data)
		if err != nil {
			return fmt.Errorf("ledger: write %s: %w", name, err)
		}
		if swapped {
			return nil
		}
	}
}

// growing is a tree that is being extended: new hashes are in memory, the others in tiles.
type growing struct {
	old   tlog.HashReader
	fresh map[int64]tlog.Hash
}

// ReadHashes implements [tlog.HashReader].
func (g *growing) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var ask []int64
	var at []int
	for i, index := range indexes {
		if h, ok := g.fresh[index]; ok {
			out[i] = h
			continue
		}
		ask, at = append(ask, index), append(at, i)
	}
	if len(ask) == 0 {
		return out, nil
	}
	hashes, err := g.old.ReadHashes(ask)
	if err != nil {
		return nil, err
	}
	for i, h := range hashes {
		out[at[i]] = h
	}
	return out, nil
}

// add extends the tree by the leaf at position n.
func (g *growing) add(n int64, leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, g)
	if err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, n)
	for i, h := range hashes {
		g.fresh[first+int64(i)] = h
	}
	return nil
}
