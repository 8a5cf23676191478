package main

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/kelisim/kelisim/internal/yamldoc"
)

// fileConfig is what a configuration file may hold: the flags that say how a site is run.
type fileConfig struct {
	Addr        *string  `yaml:"addr"`
	Data        *string  `yaml:"data"`
	Memory      *string  `yaml:"memory"`
	Redis       *string  `yaml:"redis"`
	RedisLedger *string  `yaml:"redis-ledger"`
	RedisAdmin  *string  `yaml:"redis-admin"`
	Site        *string  `yaml:"site"`
	Zone        *string  `yaml:"zone"`
	Floor       *int     `yaml:"floor"`
	Geo         []string `yaml:"geo"`
	Policy      *string  `yaml:"policy"`
	Goals       *string  `yaml:"goals"`
	Trust       *string  `yaml:"trust"`
	ShareFloor  *int     `yaml:"share-floor"`
	Own         []string `yaml:"own"`
	Spam        *string  `yaml:"spam"`
	Beacon      *string  `yaml:"beacon"`
	Routes      []string `yaml:"routes"`
	Metrics     *string  `yaml:"metrics"`
	Secure      *bool    `yaml:"secure"`
	SecretFile  *string  `yaml:"secret-file"`
	OldSecret   []string `yaml:"old-secret-file"`
	Upstream    *string  `yaml:"upstream"`

	Form             *string  `yaml:"form"`
	CSP              *string  `yaml:"csp"`
	CSPAllow         []string `yaml:"csp-allow"`
	Hosts            []string `yaml:"hosts"`
	CookieDomain     *string  `yaml:"cookie-domain"`
	Unclassified     *string  `yaml:"unclassified"`
	ConsentMode      *string  `yaml:"consent-mode"`
	WaitForUpdate    *int     `yaml:"wait-for-update"`
	URLPassthrough   *bool    `yaml:"url-passthrough"`
	AdsDataRedaction *bool    `yaml:"ads-data-redaction"`

	SMTP         *string  `yaml:"smtp"`
	MailFrom     *string  `yaml:"mail-from"`
	WebhookAllow []string `yaml:"webhook-allow"`

	Risk      *string `yaml:"risk"`
	RiskRules *string `yaml:"risk-rules"`
	RiskRedis *string `yaml:"risk-redis"`
	RiskNodes *int    `yaml:"risk-nodes"`
	RiskDNS   *bool   `yaml:"risk-dns"`
	RiskToken *string `yaml:"risk-token-file"`
	RiskGrant *string `yaml:"risk-purpose"`
}

// loadYAML reads a configuration file.
func loadYAML(r io.Reader) (kong.Resolver, error) {
	raw, err := io.ReadAll(io.LimitReader(r, yamldoc.MaxSize+1))
	if err != nil {
		return nil, err
	}
	var c fileConfig
	if _, err := yamldoc.Decode(raw, &c); err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	return resolver(c.values()), nil
}

// values returns what is set, by flag name.
func (c fileConfig) values() map[string]any {
	values := map[string]any{}
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Tag.Get("yaml"), v.Field(i)
		switch {
		case field.IsNil():
		case field.Kind() == reflect.Pointer:
			values[name] = field.Elem().Interface()
		default:
			values[name] = strings.Join(field.Interface().([]string), ",")
		}
	}
	return values
}

// ignoreEmpty makes an empty environment variable one that is not set, as files for containers write it: KELISIM_FORM=
func ignoreEmpty(k *kong.Kong) error {
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			flag.Tag.Envs = slices.DeleteFunc(flag.Tag.Envs, func(name string) bool {
				value, set := os.LookupEnv(name)
				return set && value == ""
			})
			flag.Envs = flag.Tag.Envs
		}
		return next(nil)
	})
}

// resolver answers flags that the command line does not set. The environment goes before the file.
func resolver(values map[string]any) kong.ResolverFunc {
	return func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if os.Getenv(name) != "" {
				return nil, nil
			}
		}
		return values[flag.Name], nil
	}
}
