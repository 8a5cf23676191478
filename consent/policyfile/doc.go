// Package policyfile reads a consent policy from a YAML file.
//
// The keys are those of the `json` tags of [consent.Policy]. A file is strict: unknown keys, wrong types
// and everything that [consent.Policy.Validate] finds are reported together, each with its line and with
// what to do. The folder testdata/good holds complete policies to begin from; testdata/bad holds faulty
// ones with the messages that they bring.
package policyfile
