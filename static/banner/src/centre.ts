// The privacy centre's own touch: a choice made here by a plain form reaches the other tabs, and cookies that scripts set
// for a purpose that is not allowed go away.
import { clear } from "./clear";

new BroadcastChannel("kelisim").postMessage(0);
for (const input of document.querySelectorAll<HTMLElement>("[data-cookies]")) clear(input.dataset.cookies!.split(" "));
for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
  button.hidden = false;
  button.onclick = () => print();
}
// A purpose's switch moves those of its services.
for (const purpose of document.querySelectorAll<HTMLInputElement>("input[name=purpose]")) {
  purpose.onchange = () => {
    for (const input of purpose.parentElement!.querySelectorAll<HTMLInputElement>("input[name=service]")) input.checked = purpose.checked;
  };
}
