package bundle_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/bundle"
)

const command = "run: go run ./internal/bundle/cmd"

func TestCommittedFilesAreFresh(t *testing.T) {
	root, files := built(t)
	for _, file := range files {
		committed, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file.Path)))
		if err != nil {
			t.Errorf("%s is missing; %s", file.Path, command)
			continue
		}
		if !bytes.Equal(committed, file.Content) {
			t.Errorf("%s is not what its sources give; %s", file.Path, command)
		}
	}
}

func TestOutputNamesNoMachine(t *testing.T) {
	root, files := built(t)
	for _, file := range files {
		for _, word := range []string{root, "sourceMappingURL", "node_modules", "/home/"} {
			if strings.Contains(string(file.Content), word) {
				t.Errorf("%s contains %q", file.Path, word)
			}
		}
	}
}

func TestBuildIsRepeatable(t *testing.T) {
	_, first := built(t)
	_, second := built(t)
	for i := range first {
		if !bytes.Equal(first[i].Content, second[i].Content) {
			t.Errorf("%s differs between two builds of the same sources", first[i].Path)
		}
	}
}

func TestFaultsAreReportedTogether(t *testing.T) {
	root := t.TempDir()
	write(t, root, "a.ts", "export const a: = 1")
	write(t, root, "b.css", "@import './missing.css';")
	_, err := bundle.Build(root, []bundle.Entry{{Source: "a.ts", Output: "a.js"}, {Source: "b.css", Output: "o.css"}})
	if err == nil {
		t.Fatal("two broken sources built")
	}
	for _, want := range []string{"a.ts:1", "b.css:1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not name %s: %v", want, err)
		}
	}
}

func TestRootOutsideAModule(t *testing.T) {
	if _, err := bundle.Root(t.TempDir()); err == nil || !strings.Contains(err.Error(), "go.mod") {
		t.Errorf("want an error that names go.mod, got %v", err)
	}
}

func TestUnderKeepsTheNamedFolders(t *testing.T) {
	all := bundle.Entries()
	for _, row := range []struct {
		folders []string
		want    int
	}{{nil, len(all)}, {[]string{"static/banner"}, 13}, {[]string{"./static/banner/"}, 13}, {[]string{"static/bann"}, 0}, {[]string{"static"}, len(all)}} {
		if got := bundle.Under(all, row.folders); len(got) != row.want {
			t.Errorf("%q: %d entries, want %d", row.folders, len(got), row.want)
		}
	}
}

func TestWriteMakesFolders(t *testing.T) {
	root := t.TempDir()
	if err := bundle.Write(root, []bundle.File{{Path: "deep/er/file.js", Content: []byte("1")}}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(root, "deep", "er", "file.js")); err != nil || string(got) != "1" {
		t.Errorf("got %q, %v", got, err)
	}
}

func built(t *testing.T) (root string, files []bundle.File) {
	t.Helper()
	root, err := bundle.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	files, err = bundle.Build(root, bundle.Entries())
	if err != nil {
		t.Fatal(err)
	}
	return root, files
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
