// The door between the scripts, and to a site's own: see kelisim.d.ts.
import type { Kelisim } from "../kelisim";

export const kelisim = (window as unknown as { kelisim: Kelisim }).kelisim;
