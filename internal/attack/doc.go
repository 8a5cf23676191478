// Package attack is the other side: it holds a site's dump and tries to say who was there.
//
// # The game
//
// A number of addresses is known, with the places and networks they belong to, and fifty user agents. About
// every second address visits the site, through one guard or several. At some moment the attacker takes
// everything that rests: every byte of the store's files or of Redis and its append-only file, what the
// store's readers say, and what readers said at earlier moments. Then the attacker names addresses:
//
//   - by dictionary: the text and bytes of each address, and every way of hashing it with each user agent
//     that needs no secret, looked for in every byte at rest. Attacker B does the same with the living secrets:
//     the site secret and the seeds of the days that are alive;
//   - by rarity: a value at rest that fewer than k known addresses could have brought;
//   - by batches: what came to rest between two moments, matched with the attributes of each address;
//   - by subtraction, on a closed day: every total less its rows, single and crossed.
//
// A name is confirmed if it is right more often than chance: claims are compared with how many of the known
// addresses came. The same means, turned on a table of salted hashes ([Salted]), the common scheme, name all of
// them: so the harness can fail.
package attack
