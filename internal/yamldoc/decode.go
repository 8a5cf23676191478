package yamldoc

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxSize is the most bytes that a document may take.
const MaxSize = 256 << 10

// maxDepth bounds how deep values may be nested.
const maxDepth = 64

// Decode reads the one document in data into the struct that into points to. Keys are the names in
// `yaml` tags, or else `json` tags; fields without either are not part of the document; embedded structs
// are part of the one around them. Values are strings, booleans, numbers, durations ("10s"), pointers,
// slices, maps with string keys, structs, and what implements [encoding.TextUnmarshaler]. A key without
// a value leaves its field as it is; so does a document without content.
//
// The error is [Faults]. The Lines are never nil and hold what could be read, whatever the error.
func Decode(data []byte, into any) (*Lines, error) {
	d := &decoder{lines: &Lines{of: map[string]int{}}}
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return d.lines, errors.New("yamldoc: decode into something that is no pointer")
	}
	if body := d.parse(data); body != nil {
		d.value(body, target.Elem(), "", 0)
	}
	if len(d.faults) > 0 {
		return d.lines, d.faults.Sorted()
	}
	return d.lines, nil
}

type decoder struct {
	faults Faults
	lines  *Lines
}

// parse returns the body of the document, nil where there is none.
func (d *decoder) parse(data []byte) ast.Node {
	switch {
	case len(data) > MaxSize:
		d.add(0, "", "takes %d bytes: %d are allowed", len(data), MaxSize)
		return nil
	case !utf8.Valid(data):
		d.add(0, "", "is not UTF-8: save it as UTF-8")
		return nil
	case nesting(data) > maxDepth:
		d.add(0, "", "is nested deeper than %d levels", maxDepth)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // some editors begin files with a byte order mark
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			d.add(line(doc.Body), "", "begins a second document: write one only")
		default:
			body = doc.Body
		}
	}
	return body
}

func (d *decoder) syntax(err error) {
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) && syntax.Token != nil && syntax.Token.Position != nil {
		d.add(syntax.Token.Position.Line, "", "cannot be read as YAML: %s", syntax.Message)
		return
	}
	d.add(0, "", "cannot be read as YAML: %v", err)
}

// value reads node into v. Field is the way to it from the top: "services[2].country".
func (d *decoder) value(node ast.Node, v reflect.Value, field string, depth int) {
	d.lines.of[field] = line(node)
	if depth > maxDepth {
		d.add(line(node), field, "is nested deeper than %d levels", maxDepth)
		return
	}
	switch node.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.DirectiveNode, *ast.MergeKeyNode:
		d.add(line(node), field, "uses an anchor, alias, merge key, tag or directive: write the value itself")
		return
	}
	if v.Type() == other {
		return
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(node, v.Elem(), field, depth)
		return
	}
	if reader, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(node, reader, field)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(node, v, field, depth)
	case reflect.Map:
		d.mapping(node, v, field, depth)
	case reflect.Slice:
		d.sequence(node, v, field, depth)
	default:
		d.scalar(node, v, field)
	}
}

func (d *decoder) sequence(node ast.Node, v reflect.Value, field string, depth int) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.add(line(node), field, "must be a list, not %s", kind(node))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values))
	for i, item := range list.Values {
		if item != nil {
			d.value(item, out.Index(i), fmt.Sprintf("%s[%d]", field, i), depth+1)
		}
	}
	v.Set(out)
}

func (d *decoder) mapping(node ast.Node, v reflect.Value, field string, depth int) {
	pairs, ok := d.pairs(node, field)
	if !ok {
		return
	}
	if v.Type().Key().Kind() != reflect.String {
		d.add(line(node), field, "cannot be read: its keys are not text")
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(pairs))
	for _, p := range pairs {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(p.value, item, join(field, p.key), depth+1)
		out.SetMapIndex(reflect.ValueOf(p.key).Convert(v.Type().Key()), item)
	}
	v.Set(out)
}

func (d *decoder) structure(node ast.Node, v reflect.Value, field string, depth int) {
	pairs, ok := d.pairs(node, field)
	if !ok {
		return
	}
	known := keys(v.Type())
	for _, p := range pairs {
		index, ok := known[p.key]
		if !ok {
			d.add(p.line, join(field, p.key), "is no key that is known here%s", suggest(p.key, known))
			continue
		}
		d.lines.of[join(field, p.key)] = p.line
		d.value(p.value, v.FieldByIndex(index), join(field, p.key), depth+1)
		d.lines.of[join(field, p.key)] = p.line
	}
}
