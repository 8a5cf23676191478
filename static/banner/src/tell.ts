// What every counted page tells: its title, and for how long it was looked at. No cookie, no storage. It leaves when the page
// is hidden: that is the last moment which a browser promises.
const script = document.currentScript as HTMLScriptElement;
export const { dataset } = script; // k: the page's token; w: the visitor has agreed to statistics
const address = new URL("beacon", script.src);
export const page = { path: location.pathname, number: 0, leave: () => {} };

let told: string[][] = []; // that waits to be told
let seen = 0; // milliseconds for which the page has been looked at
let since = 0; // when it came into view, 0 while it is not

// say has something told with the next delivery: at the latest when the page goes, at once where much waits.
export function say(name: string, value: unknown) {
  if (told.push([name, value + ""]) > 12) send();
}

// take is all that is to be told now: nothing of a visitor who has said no since the page came, or who may have on a page
// that a cache keeps for everybody. The server asks the same question again, and takes no more than 16 deliveries.
export function take(): URLSearchParams | undefined {
  const choice = self.kelisim?.current();
  const waited = told;
  told = []; // of a visitor who has said no it is forgotten, lest it be told when they say yes
  if (page.number > 15 || (choice ? !choice.includes("statistics") : (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl)) return;
  if (since) seen += performance.now() - since;
  since &&= performance.now();
  if (dataset.k) waited.push(["k", dataset.k]);
  if (!page.number) waited.push(["t", document.title.slice(0, 120)]);
  return new URLSearchParams([["p", page.path], ["s", ((seen / 1e3) | 0) + ""], ["n", page.number++ + ""], ...waited]);
}

export const post = (body: URLSearchParams) => fetch(address, { method: "POST", body, keepalive: true });

function send() {
  const body = take();
  if (body && !navigator.sendBeacon(address, body)) post(body);
}

// leave tells what is to be told, once, however many events say that the page goes.
export function leave() {
  if (!since) return;
  page.leave(); // what extras have to tell
  send();
  since = 0;
}

export function come() {
  if (document.hidden) leave();
  else since ||= performance.now();
}

// begin is what a virtual page does in place of its document's former one.
export function begin(path: string) {
  page.path = path;
  page.number = seen = 0;
  dataset.k = ""; // the page before it had that
  since &&= performance.now();
}

document.addEventListener("visibilitychange", come);
addEventListener("pagehide", leave);
addEventListener("pageshow", come);
come();
