package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

// File is one built file, its path relative to the module's root.
type File struct {
	Path    string
	Content []byte
}

// Build builds entries from the sources under root, the module's folder, and writes nothing.
// The faults of all entries are reported together, with file and line.
func Build(root string, entries []Entry) ([]File, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	files := make([]File, 0, len(entries))
	var faults []error
	for _, entry := range entries {
		content, err := build(root, entry)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files = append(files, File{Path: entry.Output, Content: content})
		if entry.Brotli {
			files = append(files, File{Path: entry.Output + ".br", Content: compress(content)})
		}
	}
	return files, errors.Join(faults...)
}

// Write writes built files under root, making folders where they are missing.
func Write(root string, files []File) error {
	for _, file := range files {
		name := filepath.Join(root, filepath.FromSlash(file.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("bundle: %w", err)
		}
		if err := os.WriteFile(name, file.Content, 0o644); err != nil {
			return fmt.Errorf("bundle: %w", err)
		}
	}
	return nil
}

// Root finds the module's folder: the nearest one at or above dir that holds go.mod.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("bundle: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("bundle: no go.mod here or above: run it inside the module")
		}
		dir = parent
	}
}

func build(root string, entry Entry) ([]byte, error) {
	result := api.Build(options(root, entry))
	var faults []error
	for _, message := range append(result.Errors, result.Warnings...) {
		faults = append(faults, fault(entry, message))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return result.OutputFiles[0].Contents, nil
}

// compress cannot fail: it writes to memory.
func compress(content []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	_, _ = w.Write(content)
	_ = w.Close()
	return out.Bytes()
}

// options are the same for every entry; warnings count as errors, so none can pile up.
func options(root string, entry Entry) api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{entry.Source},
		Outfile:           entry.Output,
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Format:            api.FormatIIFE,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2020,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "105"}, {Name: api.EngineFirefox, Version: "110"}, {Name: api.EngineSafari, Version: "15.4"}},
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		// Types are checked elsewhere; "strict" would only put "use strict" before every file, which costs 13 bytes of each budget.
		TsconfigRaw: `{"compilerOptions":{"target":"ES2022"}}`,
		LogLevel:    api.LogLevelSilent,
	}
}

func fault(entry Entry, m api.Message) error {
	if m.Location == nil {
		return fmt.Errorf("bundle: %s: %s", entry.Source, m.Text)
	}
	return fmt.Errorf("bundle: %s:%d:%d: %s", m.Location.File, m.Location.Line, m.Location.Column, m.Text)
}
