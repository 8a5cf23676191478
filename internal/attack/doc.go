// Package attack is the other side: it holds a site's dump and tries to say who was there.
//
// # The game
//
// A number of addresses is known, with the places and networks they belong to, and fifty user agents. About
// every second address visits the site, through one guard or several, once a second or thousands of times. At some moment
// the attacker takes everything that rests: every byte of the store's files or of Redis and its append-only file,
// what the store's readers say, and what both said at earlier moments. Then the attacker names addresses:
//
//   - by dictionary: the text and bytes of each address, and every way of hashing it with each user agent
//     that needs no secret, looked for in every byte at rest. Attacker B does the same with the living secrets:
//     the site secret and the seeds of the days that are alive;
//   - by rarity: a value at rest that fewer than k known addresses could have brought;
//   - by steps ([Step]): what came to rest between two moments, as two dumps tell it, an append-only file in the order of
//     its commands, the pages that a database has given up, or a spool; steps that are about too few page views, and
//     what grew together, matched with the attributes of each address;
//   - by subtraction ([Differences]), on an open day and a closed one: every total less its rows, single and crossed; and by
//     combining the lines of a pair ([Solve]). Readers of a share link do the same with what it shows;
//   - by likelihood ([Likelihood]): of each address, with all secrets, what is at rest because it came. Each game is played once more
//     under other keys beside itself ([Site.Keyed]): what would rest the same follows from no key. The two worlds that are compared differ in
//     which of two addresses of a kind came. Counts, and floors that look at nothing else, are the same in both. How many of a kind came
//     at all is what counts tell, and what the group's figure is about.
//
// A name is confirmed if it is right more often than chance: claims are compared with how many of the known
// addresses came. Each means is turned on a test double that breaks the rule which holds it off (salted hashes, a
// bitmap too large for its load, a HyperLogLog, numbers of lots that follow from keys, rare values at rest, rows of one page view, an open day that stays in the
// file), and wins there: so the harness can fail.
package attack
