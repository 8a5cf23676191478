package yamldoc

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// plain returns the text of a scalar as it was written: a number in a text field keeps its leading
// zeros.
func plain(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func (d *decoder) text(node ast.Node, into encoding.TextUnmarshaler, field string) {
	s, ok := plain(node)
	if !ok {
		d.add(line(node), field, "must be one value, not %s", kind(node))
		return
	}
	if err := into.UnmarshalText([]byte(s)); err != nil {
		d.add(line(node), field, "%s", withoutPackage(err))
	}
}

func (d *decoder) scalar(node ast.Node, v reflect.Value, field string) {
	s, ok := plain(node)
	if !ok {
		d.add(line(node), field, "must be one value, not %s", kind(node))
		return
	}
	_, quoted := node.(*ast.StringNode)
	switch {
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Type() == reflect.TypeFor[time.Duration]():
		if t, err := time.ParseDuration(s); err == nil {
			v.SetInt(int64(t))
			return
		}
		d.add(line(node), field, "%q is no duration: write one such as 10s or 5m", s)
	case v.Kind() == reflect.Bool:
		if s != "true" && s != "false" || quoted {
			d.add(line(node), field, "must be true or false, not %q", s)
			return
		}
		v.SetBool(s == "true")
	case v.CanInt():
		if n, err := strconv.ParseInt(s, 10, v.Type().Bits()); err == nil && !quoted {
			v.SetInt(n)
			return
		}
		d.add(line(node), field, "must be a whole number, not %q", s)
	case v.CanUint():
		if n, err := strconv.ParseUint(s, 10, v.Type().Bits()); err == nil && !quoted {
			v.SetUint(n)
			return
		}
		d.add(line(node), field, "must be a whole number from 0, not %q", s)
	case v.CanFloat():
		if n, err := strconv.ParseFloat(s, v.Type().Bits()); err == nil && !quoted {
			v.SetFloat(n)
			return
		}
		d.add(line(node), field, "must be a number, not %q", s)
	default:
		d.add(line(node), field, "cannot be given in a file")
	}
}

// withoutPackage drops the "consent: " of an error: the fault names the field instead.
func withoutPackage(err error) string {
	message := err.Error()
	if prefix, rest, ok := strings.Cut(message, ": "); ok && !strings.ContainsAny(prefix, " \"") {
		return rest
	}
	return message
}

// kind names what a node is, for people.
func kind(node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	}
	return "one value"
}

func line(node ast.Node) int {
	if v, ok := node.(*ast.MappingValueNode); ok && v.Key != nil {
		return line(v.Key)
	}
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return line(m.Values[0])
	}
	if token := node.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 0
}

// nesting bounds how deep a document can be nested, without parsing it: brackets open at one time, and
// "- " or "? " at the begin of one line.
func nesting(data []byte) int {
	deepest, open, dashes := 0, 0, 0
	begin := true
	for i, c := range data {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		case '\n':
			begin, dashes = true, 0
			continue
		}
		if begin && (c == '-' || c == '?' || c == ':') && i+1 < len(data) && (data[i+1] == ' ' || data[i+1] == '\t') {
			dashes++
		} else if c != ' ' && c != '\t' {
			begin = false
		}
		deepest = max(deepest, open, dashes)
	}
	return deepest
}
