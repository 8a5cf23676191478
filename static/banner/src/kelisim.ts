// The door between the scripts, and to a site's own: see kelisim.d.ts. "hold" is between the scripts alone.
import type { Kelisim } from "../kelisim";

export const kelisim = (window as unknown as { kelisim: Kelisim & { on(name: "hold", listener: () => void): void } }).kelisim;
