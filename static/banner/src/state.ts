// What the visitor decided, read from the state cookie. The server alone writes it and can tell whether it is true; a
// script that is lied to here starts nothing that the server's own gate would not stop.

declare global {
  interface Navigator {
    readonly globalPrivacyControl?: boolean;
  }
}

// Policy is what the markup says of the policy, in data attributes.
export type Policy = Readonly<Record<string, string | undefined>>;

// asks says whether the browser asks every site not to, by Global Privacy Control or, where the policy hears it, Do Not Track.
export const asks = (policy: Policy): boolean => navigator.globalPrivacyControl || navigator.doNotTrack === policy.dnt;

const on = (mask: number, ids: string | undefined) => ids!.split(" ").filter((id, bit) => id && (mask / 2 ** bit) & 1);

// read returns the purposes that may be used, and the services where each is asked for, or undefined where nothing is decided, or
// was about another policy; what is presumed until the visitor objects counts as decided. The cookie's fields are 1.revision.time.granted.withdrawn.shape.how.services.taken.mac, numbers
// in base 36; the second letter of "how" is "n" where the browser asked for nothing when the choice was made.
export function read(policy: Policy): string[] | undefined {
  const [, revision, , granted, , shape, how, services] = document.cookie.split("cookie_consent=1")[1]?.split(".") || [];
  if (shape !== policy.shape || +revision < +policy.since!) return policy.use?.split(" ");
  const bits = parseInt(granted, 36) | 1;
  // What the browser asks after a choice was made is the later word.
  if (how[1] === "n" && asks(policy)) return on(bits & ~policy.opts!, policy.purposes);
  return [...on(bits, policy.purposes), ...on(parseInt(services, 36), policy.each)];
}
