package geo

// Open reads a table without checking it, as [Embedded] does.
func Open(data string) (*Table, error) { return open(data) }
