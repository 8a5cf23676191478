#!/bin/sh
# Starts Redis with an append-only file and one user for each area of keys: statistics (k:*), and consent
# records with accounts (c:*, a:*). Neither can read the other's, and nobody else can sign in. Processes that count for one
# site tell each other on channels k:* in passing, which Redis keeps nowhere.
set -eu
umask 077
cat > /tmp/users.acl <<USERS
user default off
user stats on >$KELISIM_STATS_PASSWORD ~k:* resetchannels &k:* -@all +@read +@write +@scripting +@connection +@transaction -@dangerous +info +bgrewriteaof +publish +subscribe +unsubscribe
user keeper on >$KELISIM_KEEPER_PASSWORD ~c:* ~a:* resetchannels -@all +@read +@write +@scripting +@connection +@transaction -@dangerous +info +bgrewriteaof
USERS
# Processes that count together for limits (docs/risk.md) do so as a user of their own, where it has a password.
if [ -n "${KELISIM_RISK_PASSWORD:-}" ]; then
  echo "user risk on >$KELISIM_RISK_PASSWORD ~r:* resetchannels &r:* -@all +incrby +pexpire +multi +exec +hello +ping +set +get +del +mget +zadd +zrem +zrangebyscore +zremrangebyscore +watch +unwatch +publish +subscribe +unsubscribe" >> /tmp/users.acl
fi
exec redis-server --appendonly yes --appendfsync everysec --dir "${KELISIM_REDIS_DIR:-/data}" --aclfile /tmp/users.acl "$@"
