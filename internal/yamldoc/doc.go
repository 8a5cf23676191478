// Package yamldoc reads YAML documents that people write: configuration and policies. It is the only
// package that knows the YAML library.
//
// A document is strict: an unknown or repeated key, a value of the wrong type, an anchor, alias, merge
// key or tag is a fault. All faults of a document are reported together, each with its line, because a
// person who edits a file wants to be sent back once. The line of every field can be asked for
// afterwards, so that later checks can name it too.
package yamldoc
