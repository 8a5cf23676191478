/** The two dates of a range bound each other, and a choice of zone applies at once. */
export function dates(root: Document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form.dates")) {
    const from = form.querySelector<HTMLInputElement>("[name=from]");
    const to = form.querySelector<HTMLInputElement>("[name=to]");
    from?.addEventListener("change", () => {
      if (to && to.value < from.value) to.value = from.value;
    });
    to?.addEventListener("change", () => {
      if (from && from.value > to.value) from.value = to.value;
    });
  }
}
