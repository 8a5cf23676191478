/** Menus are details elements; with scripts they also close by Escape, a click elsewhere, or another menu. */
export function menus(root: Document): void {
  const open = (): HTMLDetailsElement[] => [...root.querySelectorAll<HTMLDetailsElement>("details.menu[open]")];
  root.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
