// What a page tells of its browser, for the protection of accounts and the site: only on pages whose visitor has agreed to that, and
// once in some hours. It stores nothing.
const script = document.currentScript as HTMLScriptElement;
const n = navigator;
const desktop = !/Mobi|Android/.test(n.userAgent) && !n.maxTouchPoints;
const bits =
  (n.webdriver ? 1 : 0) |
  (n.languages?.length ? 0 : 2) |
  (desktop && !n.plugins.length && !n.pdfViewerEnabled ? 4 : 0) |
  (!outerWidth || outerWidth > screen.width * 2 || !screen.width ? 8 : 0); // twice: a window may span two screens, and pages are zoomed
const choice = self.kelisim?.current(); // they may have withdrawn on another tab
if (!choice || choice.includes(script.dataset.p ?? "")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  fetch(new URL("device", script.src), { method: "POST", body: new URLSearchParams({ b: bits + "", z: zone }), keepalive: true }).catch(() => {});
}
export {};
