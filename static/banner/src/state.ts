// What the visitor decided, read from the state cookie. The server alone writes it and judges its
// signature; a script that is lied to here starts nothing that the server would not.

import type { Choice } from "../kelisim";

const root = document.getElementById("kelisim")!;

// A purpose is "id:bit"; the bit is its place in the cookie's number.
const known = root.dataset.purposes!.split(" ").map((pair) => pair.split(":"));

// STATE is the cookie as consent.Keys.SealState writes it: version.revision.time.granted….
const STATE = /(?:^|; )cookie_consent=1\.(\d+)\.\w+\.(\w+)/;

export { root };

// read returns null where nothing is decided, or was under an older policy.
export function read(): Choice | null {
  const found = STATE.exec(document.cookie);
  if (!found || +found[1] < +root.dataset.since!) return null;
  const granted = parseInt(found[2], 36);
  return { purposes: known.filter(([, bit]) => (granted >> +bit) & 1).map(([id]) => id) };
}
