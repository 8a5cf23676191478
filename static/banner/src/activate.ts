// Starting what waits for consent: scripts of type "text/plain", with their address in src or data-src, and frames,
// pixels and style sheets whose address waits in data-src. Each names its purposes in data-consent; all of them must
// be granted.

// What stands in the page's own markup passes "require-trusted-types-for 'script'" under the policy name "kelisim".
const same = (text: string) => text;
const rules = { createScript: same, createScriptURL: same };
const trusted = (self as unknown as { trustedTypes?: { createPolicy(name: string, r: typeof rules): typeof rules } }).trustedTypes?.createPolicy("kelisim", rules) ?? rules;

// activate starts what the choice permits, scripts in the order of the page: each waits for the one before it, but
// for those marked async. A module says data-type="module".
export async function activate(allows: (purpose: string) => boolean): Promise<void> {
  for (const waiting of document.querySelectorAll<HTMLScriptElement & HTMLLinkElement>("[data-consent]")) {
    const { dataset } = waiting;
    if (!dataset.consent!.split(" ").every(allows)) continue;
    if (waiting.type === "text/plain") {
      // A script that the parser has seen as text never runs: a copy does.
      const script = document.createElement("script");
      for (const attribute of waiting.attributes) script.setAttribute(attribute.name.replace("data-src", "src"), trusted.createScriptURL(attribute.value));
      script.nonce = waiting.nonce;
      script.type = dataset.type || "";
      script.text = trusted.createScript(waiting.text);
      await new Promise((resolve: (event?: unknown) => void) => {
        script.onload = script.onerror = resolve;
        waiting.replaceWith(script);
        if (!script.src || waiting.matches("[async]")) resolve();
      });
    } else if (dataset.src) {
      waiting.replaceWith(waiting); // else the browser's history would load a frame again on its own, even after a withdrawal
      waiting.href = waiting.src = dataset.src; // one of the two is what the element reads
      delete dataset.src;
    }
  }
}
