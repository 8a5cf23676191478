// What stands in a frame's place until its purpose is allowed.
import { kelisim } from "./kelisim";
import { form, show, switches, token } from "./panel";
import { allow } from "./submit";

const purposes = (frame: HTMLElement): string[] => frame.dataset.consent!.split(" ");

// hold puts a placeholder before every frame that waits. It names the purpose, and offers to show this frame or to
// allow its purpose. A frame that nobody could see needs no words.
export function hold(): void {
  for (const frame of document.querySelectorAll<HTMLIFrameElement>("iframe[data-consent][data-src]")) {
    if (frame.offsetHeight > 40) replace(frame);
  }
}

function replace(frame: HTMLIFrameElement): void {
  const box = form().querySelector("template")!.content.firstElementChild!.cloneNode(true) as HTMLElement;
  const [text, always, once] = box.firstElementChild!.children as HTMLCollectionOf<HTMLElement>;
  const names = purposes(frame).map((id) => document.getElementById("k-n-" + id)?.textContent ?? id);
  for (const part of [text, always]) part.textContent = part.textContent!.replace("{purpose}", names.join(", "));
  if (frame.title) text.before(Object.assign(document.createElement("strong"), { textContent: frame.title }));
  const reveal = () => {
    const inside = box.contains(document.activeElement);
    box.remove();
    frame.hidden = false;
    if (inside) frame.focus();
  };
  once.onclick = () => {
    frame.replaceWith(frame); // keeps it out of the browser's history, as in activate
    frame.src = frame.dataset.src!;
    frame.removeAttribute("data-src");
    reveal();
  };
  always.onclick = () => offer(frame);
  shape(box, frame);
  frame.hidden = true;
  frame.before(box);
  kelisim.on("choice", () => purposes(frame).every(kelisim.allows) && reveal());
}

// shape gives the placeholder the frame's place and size, so that nothing on the page moves.
function shape({ style }: HTMLElement, frame: HTMLElement): void {
  const { display, position, inset, margin, float, verticalAlign } = getComputedStyle(frame);
  const wide = frame.offsetWidth >= frame.parentElement!.clientWidth;
  Object.assign(style, { display: display === "inline" ? "inline-block" : display, position, margin, float, verticalAlign });
  if (position === "absolute") style.inset = inset;
  else Object.assign(style, { width: wide ? "100%" : frame.offsetWidth + "px", height: frame.offsetHeight + "px" });
}

// offer adds the frame's purposes to a choice already made; someone who has made none is shown the whole question.
function offer(frame: HTMLElement): void {
  if (kelisim.current()) return void allow(purposes(frame));
  show();
  for (const input of switches()) input.checked ||= purposes(frame).includes(token(input));
}
