package risk

import (
	"sync"
	"time"
)

// zones remembers time zones by name, so that an event costs no file.
type zones struct {
	mu  sync.Mutex
	all map[string]*time.Location
}

const maxZones = 640 // more than there are

// fit reports whether a time zone fits a country; one that is not known fits everywhere.
func (z *zones) fit(name, country string, at time.Time) bool {
	location := z.find(name)
	if location == nil || country == "" {
		return true
	}
	_, offset := at.In(location).Zone()
	return fits(country, float64(offset)/3600)
}

func (z *zones) find(name string) *time.Location {
	z.mu.Lock()
	defer z.mu.Unlock()
	location, known := z.all[name]
	if known || len(z.all) >= maxZones || name == "Local" {
		return location
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	if z.all == nil {
		z.all = make(map[string]*time.Location)
	}
	z.all[name] = location
	return location
}
