// Starting what waits for consent: scripts of type "text/plain", and frames and pixels whose address
// waits in data-src. Each names its purposes in data-consent; all of them must be granted.

// copy makes a script that runs; one that the parser has seen as text never will.
export function copy(waiting: HTMLScriptElement): HTMLScriptElement {
  const script = document.createElement("script");
  for (const { name, value } of waiting.attributes) {
    if (name !== "type" && name !== "data-consent") script.setAttribute(name.replace(/^data-(?=src$|type$)/, ""), value);
  }
  script.nonce = waiting.nonce;
  script.text = waiting.text;
  return script;
}

// activate starts what the choice permits, scripts in the order of the page: each waits for the one before it, but
// for those marked async.
export async function activate(allows: (purpose: string) => boolean): Promise<void> {
  for (const element of document.querySelectorAll<HTMLElement>("[data-consent]")) {
    if (!element.isConnected || !element.dataset.consent!.split(" ").every(allows)) continue;
    if (element instanceof HTMLScriptElement) {
      if (element.type !== "text/plain") continue;
      const script = copy(element);
      const ordered = script.src && !element.hasAttribute("async");
      script.async = !ordered;
      const done = ordered && new Promise((resolve) => (script.onload = script.onerror = resolve));
      element.replaceWith(script);
      await done;
    } else if (element.dataset.src) {
      element.setAttribute("src", element.dataset.src);
      element.removeAttribute("data-src");
    }
  }
}
