/** Tabs of a panel fetch that panel alone; without scripts, or when that fails, they are plain links. */
export function panels(root: Document): void {
  root.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>("[data-panel] .tabs a");
    const panel = link?.closest<HTMLElement>("[data-panel]");
    if (!link || !panel?.dataset.source) return;
    event.preventDefault();
    void swap(panel, link);
  });
}

async function swap(panel: HTMLElement, link: HTMLAnchorElement): Promise<void> {
  panel.setAttribute("aria-busy", "true");
  try {
    const fresh = await load(panel, link.href);
    const label = link.textContent;
    panel.replaceWith(fresh);
    history.replaceState(null, "", link.href.split("#")[0]);
    carry(fresh.dataset.panel ?? "", link.href);
    [...fresh.querySelectorAll<HTMLAnchorElement>(".tabs a")].find((a) => a.textContent === label)?.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  }
}

async function load(panel: HTMLElement, href: string): Promise<HTMLElement> {
  const name = panel.dataset.panel ?? "";
  const url = new URL(href);
  url.pathname = panel.dataset.source ?? "";
  url.hash = "";
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(name);
  if (!fresh) throw new Error(name);
  return document.importNode(fresh, true);
}

/** The other links of the page keep the tab that was chosen here. */
function carry(name: string, href: string): void {
  const value = new URL(href).searchParams.get(name);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("main a[href]")) {
    const url = new URL(link.href);
    if (url.origin !== location.origin || !url.search || link.closest(`[data-panel="${CSS.escape(name)}"]`)) continue;
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    link.href = url.href;
  }
}
