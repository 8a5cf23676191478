// What every counted page tells: its title, and for how long it was looked at. No cookie, no storage. It leaves when the page
// is hidden: that is the last moment which a browser promises.
const script = document.currentScript as HTMLScriptElement;
export const { dataset } = script; // k: the page's token; w: the visitor has agreed to statistics; a: served ahead, and not counted yet
const address = new URL("beacon", script.src);
export let path = location.pathname;
export let number = 0; // of the next delivery under the token

let last = () => {}; // says what extras have to tell of a page that goes, and forgets it
let told: [string, unknown][] = []; // that waits to be told
let seen = 0; // milliseconds for which the page has been looked at
let since = 0; // when it came into view, 0 while it is not

// say has something told with the next delivery: at the latest when the page goes, at once where much waits.
export function say(name: string, value: unknown) {
  if (told.push([name, value]) > 12) send();
}

// take is all that is to be told now: nothing of a visitor who has said no since the page came, or who may have on a page
// that a cache keeps for everybody. The server asks the same question again, and takes no more than 16 deliveries.
function take(): URLSearchParams | undefined {
  const waited = told;
  told = []; // of a visitor who has said no it is forgotten, lest it be told when they say yes
  if (number > 15 || !(self.kelisim?.current()?.includes("statistics") ?? !(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl)) return;
  if (since) seen -= since - (since = performance.now());
  if (dataset.k) waited.push(["k", dataset.k]);
  if (!number) waited.push(["t", document.title.slice(0, 120)]);
  return new URLSearchParams([["p", path], ["s", (seen / 1e3) | 0], ["n", number++], ...waited] as string[][]); // it makes texts of them
}

function send() {
  const body = take();
  if (body) navigator.sendBeacon(address, body);
}

export const before = (f: () => void) => (last = f);

// leave tells what is to be told, once, however many events say that the page goes.
function leave() {
  if (!since) return;
  last();
  send();
  since = 0;
}

// turn tells that the document shows a page of which the server knows nothing yet, and gets that page's own token; none is
// an empty answer.
export async function turn(next: string) {
  last();
  say("v", next);
  const body = take();
  path = next;
  number = seen = 0;
  dataset.k = ""; // the page before it had that
  if (body) dataset.k = await (await fetch(address, { method: "POST", body, keepalive: true })).text();
}

// come is also for pages that were fetched before anybody looked, and for those that the browser kept whole and shows again:
// neither asked the server at this moment.
function come(event?: Partial<PageTransitionEvent>) {
  if (document.hidden) return leave();
  since ||= performance.now();
  if (dataset.a || event?.persisted) {
    dataset.a = "";
    turn(path);
  }
}

addEventListener("visibilitychange", come as EventListener);
addEventListener("pagehide", leave);
addEventListener("pageshow", come);
come();
