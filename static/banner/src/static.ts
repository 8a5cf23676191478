// For a page that the middleware never touched, a file of a CDN for example: it fetches what the middleware would have put
// in, and puts it in. Served as kelisim.js under the mount; data-form on its script tag names the form of the question.
const here = document.currentScript as HTMLScriptElement;

function start(): void {
  if (document.getElementById("kelisim")) return;
  const request = new XMLHttpRequest();
  const { lang } = document.documentElement;
  request.open("GET", new URL("page?" + new URLSearchParams({ lang, form: here.dataset.form || "" }), here.src));
  request.withCredentials = true; // the answer depends on what the visitor decided
  request.responseType = "document"; // a document of its own: no string is ever parsed into this one
  request.onload = () => void place(request.response.getElementById("kelisim"));
  request.send();
}

// place puts the element in once it has its style, so that nothing flashes or moves, and runs its scripts in order.
async function place(root: HTMLElement | null): Promise<void> {
  if (!root) return;
  const scripts = [...root.querySelectorAll("script")].map((script) => (script.remove(), script.src));
  await Promise.all(
    [...root.querySelectorAll("link")].map((sheet) => {
      document.head.append(sheet);
      return new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
    }),
  );
  document.body.prepend(root);
  for (const script of scripts) await import(script);
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
