import { before, dataset, number, path, say, turn } from "./tell";

let far = 0; // pixels of the page that have been in view
let paint = 0;
let delay = 0;
let shift = 0;
let session = 0; // layout shift of the present session of shifts
let opened = 0; // when that began
let latest = 0; // and when it was last added to

const scrolled = () => (far = Math.max(far, scrollY + innerHeight));

type Entry = PerformanceEntry & { value: number; hadRecentInput: boolean; interactionId: number };

// observe has entries of a type seen; a browser that does not measure it has none.
function observe(type: string, see: (entry: Entry) => void) {
  new PerformanceObserver((list) => (list.getEntries() as Entry[]).forEach(see)).observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
}

observe("largest-contentful-paint", (entry) => (paint = entry.startTime));
observe("event", (entry) => entry.interactionId && (delay = Math.max(delay, entry.duration)));
observe("layout-shift", ({ hadRecentInput, startTime, value }) => {
  if (hadRecentInput) return;
  if (startTime - latest > 1e3 || startTime - opened > 5e3) {
    session = 0;
    opened = startTime;
  }
  latest = startTime;
  shift = Math.max(shift, (session += value));
});

addEventListener("scroll", scrolled);
// What was measured is the document's first page's alone; a page that was fetched ahead has its measures told with its being
// shown, which nobody counts.
before(() => {
  scrolled();
  say("d", (far / document.documentElement.scrollHeight) * 100 | 0);
  if (!number) {
    if ("w" in dataset) say("w", innerWidth >> 8);
    if (paint) say("l", paint | 0), say("c", (shift * 1e3) | 0);
    if (delay) say("i", delay | 0);
  }
  far = paint = delay = 0;
});

addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href*='//']");
  if (!link?.host || link.host === location.host) return; // the server takes nothing for a host that is none
  if (/\.(?!html?$|php$)\w{2,5}$/.test(link.pathname)) say("f", link.host + link.pathname);
  else say("o", link.host);
}, true);

// One after the other: each change needs the token that came for the one before.
let turned: Promise<unknown> = Promise.resolve();
function moved() {
  const to = location.pathname;
  const follow = (): unknown => to !== path && turn(to);
  turned = turned.then(follow, follow);
}

const push = history.pushState.bind(history);
history.pushState = (...all) => {
  push(...all);
  moved();
};
addEventListener("popstate", moved);
// Of applications that navigate by the Navigation API neither of these hears.
(self as Partial<{ navigation: EventTarget }>).navigation?.addEventListener("currententrychange", (event) => (event as Event & { navigationType: string }).navigationType === "replace" || moved());

if (self.kelisim) self.kelisim.track = (name, props = {}) => say("e", [name, ...Object.entries(props).map((pair) => pair.join("="))].join("\t"));
