package redisstore

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed lua/apply.lua
	applyLua string
	//go:embed lua/next.lua
	nextLua string
	//go:embed lua/merge.lua
	mergeLua string
	//go:embed lua/stage.lua
	stageLua string
	//go:embed lua/commit.lua
	commitLua string
	//go:embed lua/drain.lua
	drainLua string
	//go:embed lua/close.lua
	closeLua string
	//go:embed lua/expire.lua
	expireLua string
	//go:embed lua/trim.lua
	trimLua string
	//go:embed lua/refold.lua
	refoldLua string
	//go:embed lua/pack.lua
	packLua string
	//go:embed lua/append.lua
	appendLua string
	//go:embed lua/erase.lua
	eraseLua string
	//go:embed lua/swap.lua
	swapLua string
	//go:embed lua/probe.lua
	probeLua string
)

// scripts is what changes anything: each runs as one step, and is in the append-only file as one.
type scripts struct {
	merge, stage, commit, drain, close, pack, expire, trim, refold, append, erase, swap, probe *redis.Script
}

func newScripts() scripts {
	return scripts{
		merge:  redis.NewScript(applyLua + nextLua + mergeLua),
		stage:  redis.NewScript(nextLua + stageLua),
		commit: redis.NewScript(nextLua + commitLua),
		drain:  redis.NewScript(applyLua + drainLua),
		close:  redis.NewScript(closeLua),
		pack:   redis.NewScript(packLua),
		expire: redis.NewScript(expireLua),
		trim:   redis.NewScript(trimLua),
		refold: redis.NewScript(refoldLua),
		append: redis.NewScript(appendLua),
		erase:  redis.NewScript(eraseLua),
		swap:   redis.NewScript(swapLua),
		probe:  redis.NewScript(probeLua),
	}
}

// ready loads the scripts of an area on every master and finds out whether its user may run them.
func (s *Store) ready(ctx context.Context, client redis.UniversalClient, prefix string, list ...*redis.Script) error {
	for _, script := range list {
		// A cluster client loads it on every shard; later, NOSCRIPT sends it along.
		if err := script.Load(ctx, client).Err(); err != nil && !strings.HasPrefix(err.Error(), "NOPERM") {
			return fmt.Errorf("load a script: %w", err)
		}
	}
	if err := s.scripts.probe.Run(ctx, client, []string{prefix + "probe"}).Err(); err != nil {
		return fmt.Errorf("the user of %s* lacks a right, or the server is no Redis ≥ 7.0 that can be written to: %w", prefix, err)
	}
	return nil
}
