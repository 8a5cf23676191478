// The question, made better than a plain form: it answers in place and can be reopened.
import { hold } from "./hold";
import { escape, fetched, form, hide, show } from "./panel";
import { kelisim } from "./kelisim";
import { submit } from "./submit";

async function enhance(): Promise<void> {
  await fetched();
  form().onsubmit = (event) => {
    event.preventDefault();
    void submit(event.submitter as HTMLButtonElement);
  };
  form().onkeydown = (event) => {
    if (event.key === "Escape") escape();
  };
  // On a small screen the purposes open below the edge of the scrolling part.
  form().querySelector("details")!.ontoggle = () => {
    const summary = document.activeElement!;
    if (summary.matches("#kelisim [open] summary")) summary.scrollIntoView();
  };
  form().querySelector<HTMLElement>(".k-close")!.onclick = hide;
  hold();
}

const ready = enhance();
kelisim.on("open", () => void ready.then(show));
