// Google Consent Mode v2: the defaults before any tag, then one update for each choice. A page loads it first of all scripts.
// What the policy says stands before it in the file that is served.
import { read, type Policy } from "./state";

interface Mode {
  policy: Policy;
  signals: Record<string, string>; // signal → purpose that grants it
  wait: number; // milliseconds that tags wait for the update
  set: Record<string, boolean>;
}

const { policy, signals, wait, set } = (self as unknown as { kelisimMode: Mode }).kelisimMode;
const page = self as unknown as { dataLayer?: unknown[] };
const layer = (page.dataLayer ||= []);

// Google's tags read the arguments object and no array.
function gtag(..._: unknown[]): void {
  layer.push(arguments);
}

const state = (allows: (purpose: string) => boolean) =>
  Object.fromEntries(Object.entries(signals).map(([signal, purpose]) => [signal, allows(purpose) ? "granted" : "denied"]));

let last = "";
function update(choice: readonly string[]): void {
  if (last === (last = choice + "")) return;
  gtag("consent", "update", state((purpose) => choice.includes(purpose)));
  layer.push({ event: "kelisim_choice", kelisim_purposes: choice.join(" ") });
}

gtag("consent", "default", { ...state((purpose) => purpose === "necessary"), wait_for_update: wait });
for (const [name, value] of Object.entries(set)) gtag("set", name, value);
const decided = read(policy);
if (decided) update(decided);
addEventListener("kelisim:choice", (event) => update((event as CustomEvent<readonly string[]>).detail));
