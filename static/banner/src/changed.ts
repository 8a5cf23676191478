// The notice of a minor revision goes away when its visitor has read it; the next page comes without it anyhow.
import { root } from "./root";

root.querySelector<HTMLElement>(".k-changed button")!.onclick = (event) => {
  (event.currentTarget as Element).parentElement!.remove();
};
