// The part that runs on every page, whether or not the visitor has decided.
import type { Kelisim } from "../kelisim";
import { activate } from "./activate";
import { policy, read, root } from "./state";

let choice = read();
let more: HTMLScriptElement;
let queue = Promise.resolve();
let settle: (choice: readonly string[]) => void;
const tabs = new BroadcastChannel("kelisim");
const allows = (purpose: string) => !!choice?.includes(purpose);
const tell = (name: string) => dispatchEvent(new CustomEvent("kelisim:" + name, { detail: choice }));

// refresh takes on what the state cookie says now: chosen here, in another tab, or before the page came back.
function refresh() {
  const before = choice;
  choice = read();
  if (before + "" === choice + "") return;
  tabs.postMessage(0); // an echo ends here: by then the other tab knows as much as the cookie
  // What runs already cannot be stopped, and a living document keeps its Content-Security-Policy.
  if (before && ("reload" in policy || !before.every(allows))) location.reload();
  else start();
}

// load brings the question's script where the page came without it.
function load(then?: () => void) {
  if (more || root.querySelector("form")) return then?.();
  more = document.createElement("script");
  more.src = policy.more!;
  more.onload = then!;
  root.append(more);
}

const open = () => load(() => tell("open"));

// start puts the choice into force. Where a shared cache keeps the page it runs before the rest is there.
function start() {
  root.toggleAttribute("data-done", !!choice);
  if (choice) {
    tell("choice");
    settle(choice);
    go();
  }
}

// go starts what is permitted, once what was started before has loaded, and has placeholders put where frames wait.
function go() {
  queue = queue.then(() => activate(allows)).then(() => {
    if (choice && document.querySelector("iframe[data-src]")) load();
  });
}

(window as unknown as { kelisim: object }).kelisim = {
  choice: new Promise<readonly string[]>((resolve) => (settle = resolve)),
  current: () => choice,
  allows,
  on: (name: string, listener: (detail: never) => void) => addEventListener("kelisim:" + name, (event) => listener((event as CustomEvent).detail as never)),
  refresh,
  open,
} satisfies Kelisim;
tabs.onmessage = refresh;
addEventListener("pageshow", refresh);
addEventListener("DOMContentLoaded", go);
root.onclick = (event) => {
  if ((event.target as Element).closest(".k-reopen")) {
    event.preventDefault();
    open();
  }
};
start();
