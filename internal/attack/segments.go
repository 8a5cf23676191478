package attack

import (
	"encoding/binary"

	"github.com/kelisim/kelisim/stats"
)

// Segment reads the batches in a segment of a spool, in the order in which they were written.
func Segment(file []byte) (steps []Step) {
	for len(file) >= 9 {
		size := int(binary.LittleEndian.Uint32(file))
		if size < 0 || size > len(file)-9 {
			return steps
		}
		var b stats.Batch
		if file[8] == 1 && b.UnmarshalBinary(file[9:9+size]) == nil {
			steps = append(steps, StepOf(&b))
		}
		file = file[9+size:]
	}
	return steps
}
