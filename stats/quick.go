package stats

import (
	"math/bits"
	"unsafe"

	"github.com/kelisim/kelisim/visit"
)

// Quick hashes look at where strings are, not at what they hold: those of a page view come from caches
// and tables, so that equal ones are mostly the same. A table only takes them for a guess, compares the
// strings themselves, and falls back on a map: a stranger who made hashes collide would slow nothing
// down to less than that.

// where is the address of the bytes of s, made a number: it keeps nothing alive.
func where(s string) uint64 {
	return uint64(uintptr(unsafe.Pointer(unsafe.StringData(s)))) + uint64(len(s))
}

func stir(h uint64, s string) uint64 { return bits.RotateLeft64(h, 9) ^ where(s) }

func finish(h uint64) uint64 { return h * 0x9e3779b97f4a7c15 >> 32 }

func quickText(s string) uint64 { return finish(where(s)) }

func quickArrival(source, channel, campaign string) uint64 {
	return finish(stir(stir(where(source), channel), campaign))
}

func quickPerson(pv *visit.Pageview) uint64 {
	place := stir(stir(stir(where(pv.Country), pv.Region), pv.City), pv.Provider)
	browser := stir(stir(where(pv.Browser), pv.BrowserVersion), pv.Language)
	system := stir(stir(stir(where(pv.OS), pv.OSVersion), pv.Device), pv.Network)
	return finish(place ^ bits.RotateLeft64(browser, 21) ^ bits.RotateLeft64(system, 42))
}
