package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

func (versionCmd) Run(s streams) error {
	version, commit := build()
	_, err := fmt.Fprintf(s.out, "kelisim %s %s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// build says which version of the program this is, as far as the compiler knew.
func build() (version, commit string) {
	version, commit = "(devel)", "(unknown commit)"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, commit
	}
	if info.Main.Version != "" {
		version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			commit = setting.Value[:min(12, len(setting.Value))]
		}
	}
	return version, commit
}
