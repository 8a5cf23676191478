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

func loadWorld() (*world, error) {
	var w world
	if err := json.Unmarshal(dashboard.World(), &w); err != nil {
		return nil, fmt.Errorf("server: world map: %w", err)
	}
	return &w, nil
}
