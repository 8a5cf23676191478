// Package redisstore keeps everything of one site in Redis 7.0 or later: for sites that run as several
// processes, or that have a Redis anyway. It is the only package that uses go-redis.
//
// # Keys
//
// S is the site; it is the hash tag, so that all keys of an area are in one slot of a cluster and one
// script can change them in one step. Days are numbers since 1970-01-01, dimensions the numbers of
// package stats.
//
//	k:{S}:q:<instance>      hash    last batch of an instance: s sequence, m mark, f rows folded
//	k:{S}:y, k:{S}:c        zset    days that hold anything, days that are closed
//	k:{S}:t:<day>           hash    hour → counts
//	k:{S}:i:<day>:<dim>     hash    value → id, of an open day
//	k:{S}:n:<day>:<dim>     list    values by id (1 is the first), of an open day
//	k:{S}:d:<day>:<dim>     hash    id → counts, of an open day
//	k:{S}:z:<day>:<dim>     string  rows of a closed day, packed
//	k:{S}:m:<month>:<dim>   string  values of the packed days of a month, by its first day, and their sums
//	k:{S}:v:<month>:<dim>   string  what they counted on each of those days
//	k:{S}:m, k:{S}:p        zset    months that may have such keys, days that rest in them in every dimension
//	k:{S}:f:<day>           string  what closing folded
//	k:{S}:w                 list    batches that are merged but not added yet, and
//	k:{S}:w:<instance>:…    list    their chunks
//	c:{S}:l, c:{S}:e        list of ids, hash id → position, leaf, sealed record: the consent ledger
//	c:{S}:w                 hash    name → sheet: the ledger's log, its tiles and heads
//	a:{S}:d                 hash    documents: accounts, settings
//	r:{S}:<random>          string  what [Counters] count for a limit, until its window ends
//	r:{S}:s:<key>, r:{S}:x  string, zset of keys: the [Shelf] of package risk, until each document ends
//
// # Rights
//
// Each area has its own client and may have its own ACL user; a user needs, for its area only:
//
//	~k:{S}:*  +@read +@write +@scripting +@connection +@transaction -@dangerous +info +bgrewriteaof
//
// Open tries every command that a script uses, so that a missing right
// shows there and not later.
//
// The user of the statistics needs two more where several processes count for the site, so that they can reach each
// other: [Store.Publish] and [Store.Subscribe] use the channels k:{S}:b:<database>:<topic>, of which nothing rests.
//
//	&k:{S}:*  +publish +subscribe +unsubscribe
//
// # Exactly once
//
// A batch names its instance and its number. One script checks the number, adds the rows and notes the
// number in one step, which Redis writes to its append-only file as one transaction: a reply that is cut
// or a kill -9 leaves it all or nothing, and it is simply sent again. A batch of more than a thousand
// rows is laid aside in chunks first, each at its position once, then merged by one step that notes the
// number; from there the chunks are added one by one, by its writer or by whoever reads next. So no
// script blocks the server for long, and no reader sees half a batch as the last word.
//
// go-redis must not repeat commands by itself (MaxRetries: -1): a repeated Swap would find its own
// change and call it somebody else's.
//
// # Durability
//
// What Redis has acknowledged is as safe as its appendfsync says: with "always" a kill -9 or a power cut
// takes nothing back; with "everysec" either may take back up to two seconds. Applied tells how far an
// instance is after such a fall-back; sending again what follows, in order, makes the counts exact, and
// appending an entry again puts it back. The local spool keeps batches and records for that.
// Open warns where nothing is written to disk at all, and refuses a server that evicts keys.
//
// # Threats
//
// Whoever reads Redis's memory, files or replication stream sees counts, never a person: what is rare
// was held back before it came here (package stats). The append-only file keeps every command, so it is
// rewritten when a day is closed, when days have expired, when a document was deleted or an entry erased; where the
// user may not (BGREWRITEAOF), a warning says so, and Redis's own rewriting is what remains.
// Values come from visitors: they are bounded in length and number, and are never part of a key or script.
package redisstore
