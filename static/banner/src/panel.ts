// The question's form: fetching it where the page came without, showing and hiding it.
import { kelisim } from "./kelisim";
import { root } from "./state";

export const form = () => root.querySelector("form")!;
export const reopen = () => root.querySelector<HTMLElement>(".k-reopen")!;
export const switches = () => [...form().querySelectorAll<HTMLInputElement>("input[role]")];

// fetched makes sure that the form is there.
export function fetched(): Promise<unknown> | undefined {
  if (form()) return;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", root.dataset.mount + "/panel?lang=" + root.lang);
    request.responseType = "document"; // a document of its own: no string is ever parsed into this one
    request.onload = () => {
      const [sheet, ...rest] = request.response.body.children as HTMLCollectionOf<HTMLElement>;
      sheet.onload = resolve; // shown only once it has its style
      root.prepend(sheet, ...rest);
    };
    request.onerror = () => location.assign(reopen().getAttribute("href")!);
    request.send();
  });
}

// show opens the preferences on what is in force and moves the focus to their heading.
export function show(): void {
  const box = form();
  for (const input of switches()) input.checked = kelisim.allows(input.value);
  box.querySelector("details")!.open = true;
  box.querySelector<HTMLElement>(".k-close")!.hidden = false;
  root.removeAttribute("data-done");
  box.querySelector("h2")!.focus();
}

// hide takes the form away, and the focus back if it was in there.
export function hide(): void {
  const inside = form().contains(document.activeElement);
  root.setAttribute("data-done", "");
  if (inside) reopen().focus();
  dispatchEvent(new CustomEvent("kelisim:close"));
}

// escape closes the purposes first, then the form. Leaving a question open is no answer: nothing is recorded.
export function escape(): void {
  const purposes = form().querySelector("details")!;
  if (purposes.open && form().querySelector<HTMLElement>(".k-close")!.hidden) {
    purposes.open = false;
    purposes.querySelector("summary")!.focus();
  } else hide();
}
