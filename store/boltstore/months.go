package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// Pack implements [stats.Keeper]: each month is one transaction, so that whoever is killed in the middle leaves
// whole months packed and whole months as they were.
func (s *Store) Pack(ctx context.Context, before stats.Day) error {
	due, err := s.due(ctx, before)
	for _, month := range due {
		if err != nil {
			break
		}
		err = s.update(ctx, "pack", func(_ *bbolt.Tx, site *bbolt.Bucket) error { return packMonth(site, month, before) })
	}
	return err
}

// due returns the first days of the months that hold closed days which are to be packed.
func (s *Store) due(ctx context.Context, before stats.Day) (due []stats.Day, err error) {
	err = s.view(ctx, "find what to pack", func(_ *bbolt.Tx, site *bbolt.Bucket) error {
		month, closed, open := firstDay, 0, false
		end := func() {
			if packed.Due(month, before, closed, open) {
				due = append(due, month)
			}
		}
		for k, state := range between(site.Bucket(bucketDays), firstDay, before-1) {
			if first := packed.FirstOf(dayOf(k)); first != month {
				end()
				month, closed, open = first, 0, false
			}
			if string(state) == string(rune(dayClosed)) {
				closed++
			}
			open = open || string(state) == string(rune(dayOpen))
		}
		end()
		return nil
	})
	return due, err
}

func packMonth(site *bbolt.Bucket, month, before stats.Day) error {
	var closed []stats.Day
	days := site.Bucket(bucketDays)
	for k, state := range between(days, month, min(packed.LastOf(month), before-1)) {
		switch string(state) {
		case string(rune(dayOpen)):
			return nil // it came to hold one since
		case string(rune(dayClosed)):
			closed = append(closed, dayOf(k))
		}
	}
	for dim := range stats.Stored() {
		if err := packRows(site, dim, month, closed); err != nil {
			return err
		}
	}
	for _, day := range closed {
		if err := days.Put(dayKey(nil, day), []byte{dayPacked}); err != nil {
			return err
		}
	}
	return nil
}

func packRows(site *bbolt.Bucket, dim stats.Dimension, month stats.Day, closed []stats.Day) error {
	rows := site.Bucket(bucketPacked)
	var blobs []packed.DayBlob
	for _, day := range closed {
		if blob := pieces(rows, groupKey(dim, day)); blob != "" {
			blobs = append(blobs, packed.DayBlob{Day: day, Blob: blob})
		}
	}
	if len(blobs) == 0 {
		return nil
	}
	if err := together(site, dim, month, blobs, firstDay); err != nil {
		return err
	}
	for _, b := range blobs {
		if err := remove(rows, prefixed(rows, groupKey(dim, b.Day))); err != nil {
			return err
		}
	}
	return nil
}

// together writes the rows of a month anew: those it has, and those of more days, from the given one on.
func together(site *bbolt.Bucket, dim stats.Dimension, month stats.Day, days []packed.DayBlob, from stats.Day) error {
	sums, cells, key := site.Bucket(bucketSums), site.Bucket(bucketCells), groupKey(dim, month)
	m, err := packed.Together(dim, month, days, packed.MonthBlobs{Sums: pieces(sums, key), Cells: pieces(cells, key)}, from)
	if err != nil {
		return fmt.Errorf("%w: %v of %v: %w", ErrCorrupt, dim, month, err)
	}
	if err := replace(sums, key, m.Sums); err != nil {
		return err
	}
	return replace(cells, key, m.Cells)
}

// pieces returns what replace wrote; "" for nothing.
func pieces(b *bbolt.Bucket, key []byte) string {
	var blob strings.Builder
	for _, v := range prefixed(b, key) {
		blob.Write(v)
	}
	return blob.String()
}

// part returns n bytes of it, from at on, or fewer where there are no more.
func part(b *bbolt.Bucket, key []byte, at, n int) string {
	if n <= 0 {
		return ""
	}
	var blob strings.Builder
	blob.Grow(n + 2*pieceSize)
	c := b.Cursor()
	for k, v := c.Seek(blockKey(key, at/pieceSize)); len(k) >= len(key) && string(k[:len(key)]) == string(key); k, v = c.Next() {
		if blob.Write(v); blob.Len() >= at%pieceSize+n {
			break
		}
	}
	text := blob.String()
	skip := min(at%pieceSize, len(text))
	return text[skip:min(skip+n, len(text))]
}

// maxPieces is how many pieces a key has room for.
const maxPieces = 1 << 16

// replace writes a blob in pieces, in the place of what was there.
func replace(b *bbolt.Bucket, key []byte, blob string) error {
	if len(blob) > maxPieces*pieceSize {
		return fmt.Errorf("a month of %d bytes: at most %d", len(blob), maxPieces*pieceSize)
	}
	if err := remove(b, prefixed(b, key)); err != nil {
		return err
	}
	b.FillPercent = 0.95
	for i := 0; len(blob) > 0; i++ {
		n := min(len(blob), pieceSize)
		if err := b.Put(blockKey(key, i), []byte(blob[:n])); err != nil {
			return err
		}
		blob = blob[n:]
	}
	return nil
}

// trimMonths takes the days before the given one out of the months of a dimension, and says whether there were any.
func trimMonths(site *bbolt.Bucket, dim stats.Dimension, before stats.Day) (any bool, err error) {
	var months []stats.Day
	c := site.Bucket(bucketSums).Cursor()
	for k, v := c.Seek([]byte{byte(dim)}); len(k) == 7 && k[0] == byte(dim) && dayOf(k[1:]) < before; k, v = c.Next() {
		if month := dayOf(k[1:]); binary.BigEndian.Uint16(k[5:]) == 0 && packed.HoldsBefore(string(v[:min(len(v), packed.HeadSize)]), month, before) {
			months = append(months, month)
		}
	}
	for _, month := range months {
		if err := together(site, dim, month, nil, before); err != nil {
			return true, err
		}
	}
	return len(months) > 0, nil
}
