/** The chart's data, read from the table that stands under it for everyone. */
export interface Series {
  labels: string[];
  pastLabels: string[];
  now: (number | null)[];
  past: (number | null)[];
  nowTexts: string[];
  pastTexts: string[];
  from: string[];
  to: string[];
  notes: string[];
  open: number; // index of the column that is not over yet, -1 for none
}

export function readTable(figure: HTMLElement): Series | undefined {
  const rows = [...figure.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  if (rows.length === 0) return undefined;
  const series: Series = { labels: [], pastLabels: [], now: [], past: [], nowTexts: [], pastTexts: [], from: [], to: [], notes: [], open: -1 };
  rows.forEach((row, i) => {
    const [label, now, pastLabel, past] = row.cells;
    series.labels.push(label?.firstChild?.textContent ?? "");
    series.now.push(number(now));
    series.nowTexts.push(now?.textContent ?? "");
    series.pastLabels.push(pastLabel?.textContent ?? "");
    series.past.push(number(past));
    series.pastTexts.push(past?.textContent ?? "");
    series.from.push(row.dataset.from ?? "");
    series.to.push(row.dataset.to ?? "");
    series.notes.push(row.dataset.note ?? "");
    if (row.dataset.open !== undefined) series.open = i;
  });
  return series;
}

function number(cell: HTMLTableCellElement | undefined): number | null {
  const value = cell?.dataset.v;
  return value ? Number(value) : null;
}
