// The question's form: fetching it where the page came without, showing and hiding it.
import { kelisim } from "./kelisim";
import { policy, root } from "./root";
import { asks } from "./state";

export const form = () => root.querySelector("form")!;
export const modal = () => root.querySelector("dialog");
export const reopen = () => root.querySelector<HTMLElement>(".k-reopen")!;
export const switches = () => [...form().querySelectorAll<HTMLInputElement>("input[role]")];

// token is what a switch is called in data-consent.
export const token = ({ name, value }: HTMLInputElement) => (name === "service" ? "service:" + value : value);

// fetched makes sure that the form is there.
export function fetched(): Promise<unknown> | undefined {
  if (form()) return;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", policy.mount + "/panel?lang=" + root.lang);
    request.responseType = "document"; // a document of its own: no string is ever parsed into this one
    request.onload = () => {
      const [sheet, ...rest] = request.response.body.children as HTMLCollectionOf<HTMLElement>;
      sheet.onload = () => {
        root.append(...rest); // only once there is style for it
        modal()?.removeAttribute("open");
        resolve(0);
      };
      root.prepend(sheet);
    };
    request.onerror = () => location.assign(reopen().getAttribute("href")!);
    request.send();
  });
}

// show opens the preferences on what is in force and moves the focus to their heading.
export function show(): void {
  const box = form();
  for (const input of switches()) input.checked = kelisim.allows(token(input));
  box.querySelector("details")!.open = true;
  box.querySelector<HTMLElement>(".k-close")!.hidden = false;
  heed();
  delete policy.done;
  block();
  box.querySelector("h2")!.focus();
}

// block makes the page wait where the site wants a dialog.
export function block(): void {
  modal()?.removeAttribute("open"); // as the server sent it, it is open and does not block
  modal()?.showModal();
}

// heed says what the browser asks of us, as long as that is the latest word.
function heed(): void {
  const said = form().querySelector<HTMLElement>(".k-asked")!;
  const signal = navigator.globalPrivacyControl ? "Global Privacy Control" : "Do Not Track";
  const opted = policy.purposes!.split(" ").filter((_, bit) => (+policy.opts! >> bit) & 1);
  said.textContent = said.textContent!.replace("{signal}", signal);
  said.hidden = !asks(policy) || opted.some(kelisim.allows);
}

// hide takes the form away, and the focus back if it was in there.
export function hide(): void {
  const inside = form().contains(document.activeElement);
  policy.done = "";
  delete policy.object;
  modal()?.close();
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
