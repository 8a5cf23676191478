// What the visitor decided, read from the state cookie. The server alone writes it and can tell whether it is true; a
// script that is lied to here starts nothing that the server's own gate would not stop.

export const root = document.getElementById("kelisim")!;
export const policy = root.dataset;

// read returns the purposes that may be used, or null where nothing is decided, or was about another policy. The cookie's
// fields are 1.revision.time.granted.withdrawn.shape.how.mac, numbers in base 36; the second letter of "how" is "n"
// where the browser asked for nothing when the choice was made.
export function read(): string[] | null {
  const [, revision, , granted, , shape, how] = document.cookie.split("cookie_consent=1")[1]?.split(".") || [];
  if (shape !== policy.shape || parseInt(revision, 36) < +policy.since!) return null;
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  let bits = parseInt(granted, 36) | 1;
  // What the browser asks after a choice was made is the later word.
  if (how[1] === "n" && (globalPrivacyControl || doNotTrack === policy.dnt)) bits &= ~policy.opts!;
  return policy.purposes!.split(" ").filter((_, bit) => (bits >> bit) & 1);
}
