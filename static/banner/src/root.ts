// The element that the markup puts into every page.
export const root = document.getElementById("kelisim")!;
export const policy = root.dataset;
