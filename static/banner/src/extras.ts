import { begin, dataset, page, post, say, take } from "./tell";

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

addEventListener("scroll", scrolled, { passive: true });
page.leave = () => {
  scrolled();
  say("d", (far / document.documentElement.scrollHeight) * 100 | 0);
  if (page.number) return;
  if ("w" in dataset) say("w", innerWidth >> 8);
  if (paint) say("l", paint | 0), say("c", (shift * 1e3) | 0);
  if (delay) say("i", delay | 0);
};

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || !/^http/.test(link.protocol) || link.host === location.host) return;
  if (/\.(?!html?$|php$)\w{2,5}$/.test(link.pathname)) say("f", link.host + link.pathname);
  else say("o", link.host);
}, true);

// moved tells the server that the document shows another page now, and gets that page's own token; none is an empty answer.
async function moved() {
  const path = location.pathname;
  if (path === page.path) return;
  say("v", path);
  const body = take();
  begin(path);
  if (body) dataset.k = await (await post(body)).text();
}

const push = history.pushState;
history.pushState = function (...all) {
  push.apply(this, all);
  moved();
};
addEventListener("popstate", moved);

if (self.kelisim) self.kelisim.track = (name, props = {}) => say("e", [name, ...Object.entries(props).map((pair) => pair.join("="))].join("\t"));
