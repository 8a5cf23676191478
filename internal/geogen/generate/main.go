// Command generate writes the table file of package geo: run it by "go generate ./geo". It needs
// npm, and prints what it made.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/kelisim/kelisim/internal/geogen"
)

func main() {
	out := flag.String("out", "data", "folder for world.geo and the licences")
	country := flag.String("country", "", "folder of an unpacked country package, instead of fetching it")
	provider := flag.String("provider", "", "folder of an unpacked provider package, instead of fetching it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := geogen.Generate(ctx, *out, *country, *provider)
	if err != nil {
		stop()
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(report)
}
