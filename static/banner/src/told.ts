// Whoever has understood the notice of the implied model is not shown it again while the tab is open. It runs before the
// notice is painted. The tab remembers because its visitor asked for it; nothing else is stored.
import { policy } from "./root";

try {
  if (sessionStorage.getItem("kelisim") === policy.told) policy.done = "";
} catch {
  // storage is switched off: the notice stays
}
