package geogen

import "github.com/kelisim/kelisim/geo"

// Operators returns the list of well-known operators.
func Operators() map[geo.NetClass][]uint32 { return operators }
