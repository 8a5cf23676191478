import type uPlot from "../vendor/uplot/uPlot.esm.js";
import type { Series } from "./table";

/** A small box beside the pointer with the texts of the table's row. */
export function tooltip(plot: HTMLElement, series: Series): uPlot.Plugin {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  const show = (u: uPlot): void => {
    const i = u.cursor.idx;
    const left = u.cursor.left ?? -1;
    tip.hidden = i === null || i === undefined || left < 0;
    if (tip.hidden || i === null || i === undefined) return;
    tip.replaceChildren(...line(series.labels[i], series.nowTexts[i]), ...line(series.pastLabels[i], series.pastTexts[i]), ...remark(series.notes[i]));
    place(plot, tip, u.over.offsetLeft + left);
  };
  return {
    hooks: {
      init: [(u) => { u.root.append(tip); u.root.classList.add("has-tip"); }],
      setCursor: [show],
      destroy: [() => tip.remove()],
    },
  };
}

function line(label: string | undefined, value: string | undefined): HTMLElement[] {
  if (!label) return [];
  const name = document.createElement("span");
  const number = document.createElement("b");
  name.textContent = label;
  number.textContent = value ?? "";
  return [name, number];
}

function remark(text: string | undefined): HTMLElement[] {
  if (!text) return [];
  const note = document.createElement("span");
  note.className = "tip-note";
  note.textContent = text;
  return [note];
}

function place(plot: HTMLElement, tip: HTMLElement, x: number): void {
  const room = plot.clientWidth - tip.offsetWidth - 12;
  const left = x + 16 > room ? x - tip.offsetWidth - 16 : x + 16;
  tip.style.transform = `translate(${Math.max(0, left)}px, 8px)`;
}
