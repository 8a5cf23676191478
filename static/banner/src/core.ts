// The part that runs on every page, whether or not the visitor has decided.
import { activate } from "./activate";
import type { Choice, Kelisim } from "../kelisim";
import { read, root } from "./state";

let choice = read();
let more: HTMLScriptElement | undefined;
let settle: (choice: Choice) => void;
const tabs = self.BroadcastChannel && new BroadcastChannel("kelisim");
const allows = (purpose: string): boolean => !!choice?.purposes.includes(purpose);
const tell = (name: string, detail?: unknown): boolean =>
  document.dispatchEvent(new CustomEvent("kelisim:" + name, { detail }));


const kelisim: Kelisim = {
  choice: new Promise((resolve) => (settle = resolve)),
  current: () => choice,
  allows,
  on(name: string, listener: (detail: never) => void) {
    document.addEventListener("kelisim:" + name, (event) => listener((event as CustomEvent).detail as never));
  },
  refresh,
  open,
};

// refresh takes on what the state cookie says now: chosen here, in another tab, or before the page came back.
function refresh() {
  const before = choice;
  choice = read();
  if (String(before?.purposes) === String(choice?.purposes)) return;
  tabs?.postMessage(0); // an echo ends here: the other tabs' state is then as new as the cookie
  // What runs already cannot be stopped, and a living document keeps its Content-Security-Policy.
  if (before && (root.hasAttribute("data-reload") || !before.purposes.every(allows))) location.reload();
  else start();
}

// load brings the question's script where the page came without it.
function load(then?: () => void) {
  if (more || root.querySelector("form")) return then?.();
  more = document.createElement("script");
  more.src = root.dataset.more!;
  more.onload = then!;
  root.append(more);
}

function open() {
  load(() => tell("open"));
}

// start puts the choice into force. It runs before the page is complete where a shared cache keeps it.
function start() {
  root.toggleAttribute("data-done", !!choice);
  if (!choice) return;
  tell("choice", choice);
  settle(choice);
  void activate(allows);
  if (document.querySelector("iframe[data-src]")) load();
}

if (tabs) tabs.onmessage = refresh;
addEventListener("pageshow", refresh);
root.addEventListener("click", (event) => {
  if ((event.target as Element).closest(".k-reopen")) {
    event.preventDefault();
    open();
  }
});
Object.assign(window, { kelisim });
root.toggleAttribute("data-done", !!choice);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
