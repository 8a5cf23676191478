// Sending a choice without leaving the page.
import { clear } from "./clear";
import { kelisim } from "./kelisim";
import { form, hide, switches } from "./panel";
import { root } from "./state";

const say = (text: string): void => {
  root.querySelector(".k-say")!.textContent = text;
};

// submit posts what the form would. The server's answer is the truth: the form closes only once the choice is in force.
export async function submit(button: HTMLButtonElement): Promise<void> {
  const box = form();
  const body = new URLSearchParams(new FormData(box) as unknown as Record<string, string>);
  body.set(button.name, button.value);
  box.setAttribute("aria-busy", "true");
  const failure = box.querySelector(".k-fail")!;
  failure.textContent = "";
  try {
    const answer = await fetch(box.getAttribute("action")!, { method: "POST", body, headers: { Accept: "application/json" } });
    const { message } = await answer.json();
    if (!answer.ok) throw message;
    hide();
    say(message);
    setTimeout(say, 6000, "");
  } catch (error) {
    failure.textContent = typeof error == "string" ? error : box.dataset.failed!;
  }
  box.removeAttribute("aria-busy");
  // Also after a failure: what was refused holds even where the answer was not recorded.
  kelisim.refresh();
  clear(switches().flatMap((input) => (kelisim.allows(input.value) ? [] : input.dataset.cookies!.split(" "))));
}
