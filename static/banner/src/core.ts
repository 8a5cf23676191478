// The part that runs on every page, whether or not the visitor has decided.
import type { Kelisim } from "../kelisim";
import { activate } from "./activate";
import { policy, root } from "./root";
import { asks, read } from "./state";

let choice = read(policy);
let queue: Promise<void> | undefined = Promise.resolve();
const allows = (purpose: string) => !!choice?.includes(purpose);
let settle: (choice: readonly string[]) => void;
const tabs = new BroadcastChannel("kelisim");
const tell = (name: string) => dispatchEvent(new CustomEvent("kelisim:" + name, { detail: choice }));

// refresh takes on what the state cookie says now (chosen here, in another tab, or before the page came back).
function refresh() {
  const before = choice;
  choice = read(policy);
  if (before + "" !== choice + "") {
    tabs.postMessage(0); // an echo ends here: by then the other tab knows as much as the cookie
    // What runs already cannot be stopped, and a living document keeps its Content-Security-Policy: a refusal leaves it as it was.
    if ((before && !before.every(allows)) || (policy.reload && choice![1])) return (queue = location.reload() as undefined); // and start nothing more
    start();
  }
  go();
}

// bring has the question's script do something; a module runs once, however often it is asked for.
const bring = (what: string) => import(policy.more!).then(() => tell(what));

// start puts the choice into force. Where a shared cache keeps the page it runs before the rest is there.
function start() {
  if (choice || asks(policy)) policy.done = ""; // whose browser has answered is not asked
  if (choice) {
    tell("choice");
    settle(choice);
  }
}

// go starts what is permitted, once what was started before has loaded, and has placeholders put where frames wait. It looks
// again whenever the page gets something new, as single-page applications do.
function go() {
  queue = queue?.then(() => activate(allows)).then(() => {
    if (document.querySelector("iframe[data-src]")) bring("hold");
  });
}

(window as unknown as { kelisim: object }).kelisim = {
  choice: new Promise<readonly string[]>((resolve) => (settle = resolve)),
  allows,
  current: () => choice,
  on: (name: string, listener: (detail: never) => void) => addEventListener("kelisim:" + name, (event) => listener((event as CustomEvent).detail as never)),
  refresh,
  open: () => bring("open"),
} satisfies Kelisim;
addEventListener("pageshow", refresh);
tabs.onmessage = refresh;
new MutationObserver(go).observe(document, { subtree: true, childList: true });
root.onclick = (event) => !(event.target as Element).closest(".k-reopen") || !bring("open"); // false keeps the link from being followed
start();
go();
