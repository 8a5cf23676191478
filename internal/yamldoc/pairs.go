package yamldoc

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// pair is a key with its value.
type pair struct {
	key   string
	line  int
	value ast.Node
}

// pairs returns the entries of a mapping, each key once, and reports repeated ones.
func (d *decoder) pairs(node ast.Node, field string) ([]pair, bool) {
	var entries []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	default:
		d.add(line(node), field, "must be keys with values, not %s", kind(node))
		return nil, false
	}
	var all []pair
	seen := map[string]int{}
	for _, entry := range entries {
		key, ok := keyText(entry.Key)
		if !ok {
			d.add(line(entry.Key), field, "has a key that is no plain text")
			continue
		}
		if first, repeated := seen[key]; repeated {
			d.add(line(entry.Key), join(field, key), "is given twice, first in line %d", first)
			continue
		}
		seen[key] = line(entry.Key)
		if entry.Value != nil {
			all = append(all, pair{key, line(entry.Key), entry.Value})
		}
	}
	return all, true
}

func keyText(key ast.MapKeyNode) (string, bool) {
	if key == nil || key.IsMergeKey() {
		return "", false
	}
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode: // a language "no", a status 404
		return k.GetToken().Value, true
	}
	return "", false
}

// keys returns the keys of a struct with the index of their field.
func keys(t reflect.Type) map[string][]int {
	known := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		if name := tagName(f); name != "" {
			known[name] = f.Index
		}
	}
	return known
}

func tagName(f reflect.StructField) string {
	for _, tag := range [...]string{"yaml", "json"} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" {
			return strings.TrimPrefix(name, "-")
		}
	}
	return ""
}

// suggest names the known key that key was perhaps meant to be, or all of them.
func suggest(key string, known map[string][]int) string {
	names := slices.Sorted(maps.Keys(known))
	for _, name := range names {
		if distance(key, name) <= 1+len(name)/5 {
			return fmt.Sprintf("; did you mean %q?", name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; known are " + strings.Join(names, ", ")
}

// distance is the Levenshtein distance of two short words; long ones are far apart.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}
