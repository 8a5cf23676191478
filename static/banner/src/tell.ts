// What every counted page tells: that it is being looked at, for how long, and its title. No cookie, no storage; what is told
// leaves when the page is hidden, which is the last moment that a browser promises.
const script = document.currentScript as HTMLScriptElement;
const address = new URL("beacon", script.src);

export const say = new URLSearchParams();
export const granted = "w" in script.dataset; // the visitor has agreed to statistics
let key = script.dataset.k;
let path = location.pathname;
let number = 0;
let seen = 0; // milliseconds for which the page has been looked at
let since = 0; // when it came into view

// refuses says whether the visitor has said no in the meantime, or, on a page that is the same for everybody, before.
function refuses(): boolean {
  const choice = self.kelisim?.current();
  return choice ? !choice.includes("statistics") : (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl!;
}

function look() {
  if (since) seen += performance.now() - since;
  since = document.hidden ? 0 : performance.now();
}

// take is all that is to be told now.
function take(): URLSearchParams {
  look();
  const all = new URLSearchParams(say);
  for (const name of [...say.keys()]) say.delete(name);
  all.set("p", path);
  all.set("s", (seen / 1e3) | 0 + "");
  if (key) all.set("k", key);
  if (number) all.set("n", number + "");
  else all.set("t", document.title.slice(0, 120));
  number++;
  return all;
}
