package server

import (
	"encoding/json"
	"fmt"

	"github.com/kelisim/kelisim/static/dashboard"
)

// world is the map of the world as internal/mapgen drew it.
type world struct {
	Width, Height int
	Shapes        []struct{ Code, Path string }
	Dots          []struct {
		Code string
		X, Y int
	}
}

// loadWorld reads the map. A fault in it is one of the build.
func loadWorld() *world {
	var w world
	if err := json.Unmarshal(dashboard.World(), &w); err != nil {
		panic(fmt.Sprintf("server: world map: %v", err))
	}
	return &w
}
