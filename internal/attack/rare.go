package attack

import "github.com/kelisim/kelisim/stats"

// Rare names the addresses behind values at rest that fewer than k known addresses could have brought.
func Rare(p *Population, d *Dump, k int) (named []int) {
	could := p.carriers()
	for cell := range d.Rows {
		if list := could[cell]; len(list) > 0 && len(list) < k && d.tells(cell.Dim, cell.Value) {
			named = append(named, list...)
		}
	}
	return named
}

// carriers returns who could have brought a value.
func (p *Population) carriers() map[Cell][]int {
	if p.could == nil {
		p.could = make(map[Cell][]int)
		for i := range p.Addrs {
			for _, cell := range p.cells(i) {
				p.could[cell] = append(p.could[cell], i)
			}
		}
	}
	return p.could
}

// cells returns the values under which the i-th address is counted.
func (p *Population) cells(i int) [4]Cell {
	at := p.places[i]
	region := at.Country + "/" + at.Region
	return [...]Cell{
		{stats.DimCountry, at.Country}, {stats.DimRegion, region}, {stats.DimCity, region + "/" + at.City}, {stats.DimProvider, at.Provider},
	}
}
