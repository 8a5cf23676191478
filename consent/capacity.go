package consent

// Capacity is by what right a representative acts (S4-4.1.1). It is one of a few words, so that no name
// and no document finds its way into a record.
type Capacity string

const (
	CapacityParent   Capacity = "parent"   // of a minor, adoptive parents included
	CapacityGuardian Capacity = "guardian" // of a minor or of somebody without legal capacity
	CapacityTrustee  Capacity = "trustee"  // of somebody whose legal capacity is limited
	CapacityAttorney Capacity = "attorney" // by a power of attorney
	CapacityOther    Capacity = "other"    // by other law, or by a court's decision
)

func (c Capacity) valid() bool {
	switch c {
	case CapacityParent, CapacityGuardian, CapacityTrustee, CapacityAttorney, CapacityOther:
		return true
	}
	return false
}
