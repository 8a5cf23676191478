// Types of window.kelisim, for a site's own scripts.

/** What a visitor decided: the ids of the purposes that may be used, "necessary" always among them. */
export type Choice = readonly string[];

export interface Kelisim {
  /** Settles with the first choice that is in force: at once for a visitor who has decided, else when they do. */
  readonly choice: Promise<Choice>;
  /** The choice in force, undefined while there is none. */
  current(): Choice | undefined;
  /** Whether the purpose may be used now. */
  allows(purpose: string): boolean;
  /**
   * Calls the listener with each event's detail. "choice" carries a Choice whenever one comes into force; "open" and
   * "close" tell of the preferences. The same events reach window as CustomEvents named "kelisim:choice", ….
   */
  on(name: "choice", listener: (choice: Choice) => void): void;
  on(name: "open" | "close", listener: () => void): void;
  /** Opens the preferences. */
  open(): void;
  /** Takes on what the state cookie says now, and looks again for what may start; for a script that posted a choice by itself. */
  refresh(): void;
  /**
   * Counts something that has happened, with up to four properties, for goals: kelisim.track?.("signup", { plan: "free" }).
   * It is there only on pages of visitors who are counted, and where the site has the full beacon: hence the "?.".
   */
  track?(name: string, props?: Readonly<Record<string, string | number | boolean>>): void;
}

declare global {
  interface Window {
    readonly kelisim: Kelisim;
  }
}
