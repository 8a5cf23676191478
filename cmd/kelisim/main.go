// Command kelisim asks visitors for consent, holds cookies back until it is given, and counts visits
// anonymously: as a demonstration site, in front of another site, or over the logs of one.
package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"github.com/kelisim/kelisim/store/redisstore"
)

func main() {
	redisstore.Quiet() // its faults are told once, by us
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it started, and then something failed
	exitUsage  = 2 // it could not start: configuration, policy, database, port
)

// cli is what can be typed. Every flag may also stand in the configuration file and in the environment;
// the command line wins, then the environment, then the file.
type cli struct {
	Config kong.ConfigFlag `help:"YAML file with any of these flags: \"addr: 127.0.0.1:8080\"." placeholder:"FILE" env:"KELISIM_CONFIG"`

	Demo    demoCmd    `cmd:"" default:"withargs" help:"Run the demonstration site, its banner, privacy centre and dashboard (the default)."`
	Proxy   proxyCmd   `cmd:"" help:"Guard a site by standing in front of it."`
	Import  importCmd  `cmd:"" help:"Count access logs, or take over what GoatCounter, Plausible or Kelisim exported."`
	Export  exportCmd  `cmd:"" help:"Write the statistics of all closed days into one JSON file."`
	Replay  replayCmd  `cmd:"" help:"Tell whom of an access log the judgement of requests would have stopped, and why."`
	Risk    riskCmd    `cmd:"" help:"Check rules for the judgement of requests, or list its signals."`
	Policy  policyCmd  `cmd:"" help:"Check, sum up or name a policy file."`
	Ledger  ledgerCmd  `cmd:"" help:"Verify, export, erase and check the records of consent."`
	Geo     geoCmd     `cmd:"" help:"Look addresses up, and keep location databases up to date."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// streams is where commands write to.
type streams struct {
	out, err io.Writer
	logger   *slog.Logger
}

// usageError is a fault that the user can mend: it prevents a start.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func run(args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("kelisim"),
		kong.Description("Consent for cookies, anonymous statistics for you. Without a command it runs a demonstration: open the address it prints."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Help(help),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code; panic(exitSignal{}) }),
		kong.Configuration(loadYAML),
		kong.PostBuild(ignoreEmpty),
	)
	if err != nil {
		fmt.Fprintln(stderr, "kelisim:", err)
		return exitUsage
	}
	defer func() { // kong leaves by its exit hook, for --help
		if r := recover(); r != nil {
			if _, ok := r.(exitSignal); !ok {
				panic(r)
			}
			code = exited
		}
	}()
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "kelisim: %v\nkelisim: try: kelisim --help\n", err)
		return exitUsage
	}
	s := streams{out: stdout, err: stderr, logger: slog.New(slog.NewTextHandler(stderr, nil))}
	if err := command.Run(s); err != nil {
		fmt.Fprintln(stderr, "kelisim:", err)
		var fault usageError
		if errors.As(err, &fault) {
			return exitUsage
		}
		return exitFailed
	}
	return exitOK
}

type exitSignal struct{}

// examples end the general help: without a command it is the demonstration that takes the flags.
const examples = `
Examples:
  kelisim                                        the demonstration, at http://127.0.0.1:8080
  kelisim --addr 127.0.0.1:9000 --data ./data    at another address, its file in another folder
  kelisim --redis redis://127.0.0.1:6379/0       its data in Redis
  kelisim import --data ./data access.log        count a log
  kelisim proxy --upstream http://127.0.0.1:9000 --policy policy.yaml --trust direct

--addr, --data and --redis are also KELISIM_ADDR, KELISIM_DATA and KELISIM_REDIS_URL in the environment,
and "addr: 127.0.0.1:9000" in a file given with --config. "kelisim demo --help" lists all flags.
`

func help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	_, err := io.WriteString(ctx.Stdout, examples)
	return err
}
