// What stands in a frame's place until its purpose is allowed.
import { kelisim } from "./kelisim";
import { form, show, switches } from "./panel";
import { submit } from "./submit";

export const held = () => document.querySelectorAll<HTMLIFrameElement>("iframe[data-consent][data-src]");

const purposes = (frame: HTMLElement): string[] => frame.dataset.consent!.split(" ");

// hold puts a placeholder before every frame that waits. It names the purpose and offers to allow it.
export function hold(): void {
  const template = document.querySelector<HTMLTemplateElement>("#kelisim template")!;
  for (const frame of held()) {
    const box = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    const [text, once, always] = box.children as HTMLCollectionOf<HTMLElement>;
    const names = purposes(frame).map((id) => document.getElementById("k-n-" + id)?.textContent ?? id);
    for (const part of [text, always]) part.textContent = part.textContent!.replace("{purpose}", names.join(", "));
    if (frame.title) text.before(Object.assign(document.createElement("strong"), { textContent: frame.title }));
    const reveal = () => {
      box.remove();
      frame.hidden = false;
    };
    once.onclick = () => {
      frame.src = frame.dataset.src!;
      frame.removeAttribute("data-src");
      reveal();
      frame.focus();
    };
    always.onclick = () => allow(frame);
    box.style.minHeight = frame.offsetHeight + "px"; // the page keeps its shape
    frame.hidden = true;
    frame.before(box);
    kelisim.on("choice", () => purposes(frame).every(kelisim.allows) && reveal());
  }
}

// allow adds the frame's purposes to a choice already made; someone who has made none is shown the whole question.
function allow(frame: HTMLElement): void {
  const decided = kelisim.current();
  if (!decided) show();
  for (const input of switches()) input.checked = kelisim.allows(input.value) || purposes(frame).includes(input.value);
  if (decided) void submit(form().querySelector<HTMLButtonElement>(".k-save")!);
}
