// The privacy centre's own touch: a choice made here by a plain form reaches the other tabs, and cookies that scripts set
// for a purpose that is not allowed go away.
import { clear } from "./clear";

new BroadcastChannel("kelisim").postMessage(0);
for (const input of document.querySelectorAll<HTMLElement>("[data-cookies]")) clear(input.dataset.cookies!.split(" "));
for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
  button.hidden = false;
  button.onclick = () => print();
}
