// Sending a choice without leaving the page.
import { clear } from "./clear";
import { kelisim } from "./kelisim";
import { form, hide, switches, token } from "./panel";
import { root } from "./root";

const say = (text: string): void => {
  root.querySelector(".k-say")!.textContent = text;
};

// answer posts what the form would with the button that was pressed.
export function answer(button: HTMLButtonElement): Promise<void> {
  const body = fields();
  body.set(button.name, button.value);
  if (switches().some((input) => input.name === "service")) body.append("service", ""); // each is answered for
  if (!kelisim.current()) body.set("elapsed", elapsed());
  return send(body);
}

// allow adds purposes and services to a choice already made.
export function allow(tokens: string[]): Promise<void> {
  const body = fields();
  body.delete("purpose");
  body.delete("service");
  body.set("action", "allow");
  for (const name of tokens) {
    const service = name.split("service:")[1];
    body.append(service ? "service" : "purpose", service || name);
  }
  return send(body);
}

const fields = () => new URLSearchParams(new FormData(form()) as unknown as Record<string, string>);

// elapsed is how long the visitor took, in a handful of steps that say nothing about anybody.
const elapsed = () => [5, 15, 60, 300].find((seconds) => performance.now() < seconds * 1000)?.toString() ?? "more";

// send closes the form only once the choice is in force: the server's answer is the truth.
async function send(body: URLSearchParams): Promise<void> {
  const box = form();
  box.setAttribute("aria-busy", "true");
  const failure = box.querySelector(".k-fail")!;
  failure.textContent = "";
  try {
    const reply = await fetch(box.getAttribute("action")!, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "include" });
    const { message } = await reply.json();
    if (!reply.ok) throw message;
    hide();
    say(message);
    setTimeout(say, 6000, "");
  } catch (error) {
    failure.textContent = typeof error == "string" ? error : box.dataset.failed!;
  }
  box.removeAttribute("aria-busy");
  // Also after a failure: what was refused holds even where the answer was not recorded.
  kelisim.refresh();
  // Who has answered needs no note of having read the notice of the implied model.
  clear(["kelisim", ...switches().flatMap((input) => (kelisim.allows(token(input)) ? [] : input.dataset.cookies!.split(" ")))]);
}
