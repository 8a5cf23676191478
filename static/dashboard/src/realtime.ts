/** The realtime page follows the server's events; without scripts it has a link that loads it again. */
export function realtime(root: Document): void {
  const now = root.getElementById("now");
  const pause = root.getElementById("pause");
  const reload = root.getElementById("reload");
  if (!now?.dataset.stream || !pause || typeof EventSource === "undefined") return;
  let source: EventSource | undefined;
  const stop = (): void => {
    source?.close();
    source = undefined;
    if (reload) reload.hidden = false;
    pause.textContent = pause.dataset.resume ?? "";
  };
  const start = (): void => {
    source = new EventSource(now.dataset.stream ?? "");
    source.addEventListener("open", () => {
      if (reload) reload.hidden = true;
    });
    source.addEventListener("now", (event) => show(now, String((event as MessageEvent).data)));
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) stop();
    });
    pause.textContent = pause.dataset.pause ?? "";
  };
  pause.hidden = false;
  pause.addEventListener("click", () => (source ? stop() : start()));
  start();
}

/** Keeps the page as it is while the keyboard is within it: what has the focus must not vanish. */
function show(now: HTMLElement, text: string): void {
  if (now.contains(document.activeElement)) return;
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  now.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
}
