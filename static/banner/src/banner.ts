// The question, made better than a plain form: it answers in place and can be reopened.
import { hold } from "./hold";
import { block, escape, fetched, form, hide, modal, show, switches } from "./panel";
import { kelisim } from "./kelisim";
import { policy } from "./root";
import { answer } from "./submit";

async function enhance(): Promise<void> {
  await fetched();
  const box = form();
  box.onsubmit = (event) => {
    event.preventDefault();
    void answer(event.submitter as HTMLButtonElement);
  };
  box.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // a dialog would close by itself
    escape();
  };
  // A purpose's switch moves those of its services.
  box.onchange = ({ target }) => {
    const { value, checked } = target as HTMLInputElement;
    for (const input of switches()) if (input.dataset.of === value) input.checked = checked;
  };
  // On a small screen the purposes open below the edge of the scrolling part.
  box.querySelector("details")!.ontoggle = () => {
    const summary = document.activeElement!;
    if (summary.matches("#kelisim [open] summary")) summary.scrollIntoView();
  };
  box.querySelector<HTMLElement>(".k-close")!.onclick = hide;
  box.querySelector<HTMLElement>(".k-ok")?.addEventListener("click", understood);
  if (!("done" in policy)) block();
}

// understood closes the notice of the implied model for as long as the tab is open.
function understood(): void {
  hide();
  try {
    sessionStorage.setItem("kelisim", policy.told!);
  } catch {
    // storage is switched off: the next page says it again
  }
}

const ready = enhance();
kelisim.on("open", () => void ready.then(show));
kelisim.on("hold", () => void ready.then(hold));
kelisim.on("choice", () => modal()?.close()); // chosen in another tab
kelisim.refresh(); // what the page got since the core ran
