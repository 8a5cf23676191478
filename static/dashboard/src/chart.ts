import uPlot from "../vendor/uplot/uPlot.esm.js";
import { readTable, type Series } from "./table";
import { tooltip } from "./tooltip";

/** Replaces the drawing of the server by one that follows the pointer and can be zoomed into. */
function enhance(figure: HTMLElement): void {
  const plot = figure.querySelector<HTMLElement>(".plot");
  const series = readTable(figure);
  if (!plot || !series || series.now.length < 2) return;
  const fallback = [...plot.querySelectorAll<SVGElement>(":scope > svg")];
  const labels = axisTexts(fallback);
  let chart: uPlot | undefined;
  const draw = (): void => {
    const zoomFrom = figure.dataset.zoom ?? "";
    chart?.destroy();
    plot.classList.add("live");
    chart = new uPlot(options(figure, plot, series, labels, zoomFrom), data(series), plot);
  };
  draw();
  new ResizeObserver(() => chart?.setSize(size(plot))).observe(plot);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function size(plot: HTMLElement): { width: number; height: number } {
  const style = getComputedStyle(plot);
  return {
    width: plot.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
    height: plot.clientHeight - parseFloat(style.paddingTop),
  };
}

function data(series: Series): uPlot.AlignedData {
  const x = series.now.map((_, i) => i);
  const open = series.open;
  const whole = series.now.map((v, i) => (i === open ? null : v));
  const rest = series.now.map((v, i) => (open >= 0 && i >= open - 1 && i <= open ? v : null));
  return [x, series.past, whole, rest];
}

/** The grid's values and their texts as the server wrote them, so that both drawings speak alike. */
function axisTexts(svgs: SVGElement[]): { x: string[]; y: string[] } {
  const texts = (name: string): string[] =>
    [...(svgs.find((s) => s.classList.contains(name))?.querySelectorAll("text") ?? [])].map((t) => t.textContent ?? "");
  return { x: texts("plot-x"), y: texts("plot-y") };
}

function options(figure: HTMLElement, plot: HTMLElement, series: Series, labels: { x: string[]; y: string[] }, zoom: string): uPlot.Options {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string): string => css.getPropertyValue(name).trim();
  const font = `11.5px ${css.getPropertyValue("--font")}`;
  const steps = labels.y.length - 1;
  const most = Number(figure.dataset.most);
  const every = Math.max(1, Math.ceil(series.now.length / 7));
  const narrow = plot.clientWidth < 520 ? 2 : 1;
  return {
    ...size(plot),
    legend: { show: false },
    padding: [8, 22, 0, 0],
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      move: (u, left, top) => [left < 0 ? left : u.valToPos(u.posToIdx(left), "x"), top],
      points: { size: 9, width: 2, fill: () => colour("--surface"), stroke: (_, i) => colour(i === 1 ? "--curve-past" : "--curve") },
    },
    scales: { x: { time: false }, y: { range: [0, most] } },
    axes: [
      {
        font, stroke: colour("--muted"), size: 26, gap: 8, grid: { show: false }, ticks: { show: false },
        splits: () => labels.x.map((_, i) => i * every),
        values: () => labels.x.map((text, i) => (i % narrow === 0 ? text : "")),
      },
      {
        font, stroke: colour("--muted"), size: 52, gap: 8, ticks: { show: false }, grid: { stroke: colour("--line"), width: 1 },
        splits: () => labels.y.map((_, i) => (most * i) / steps),
        values: () => labels.y,
      },
    ],
    series: [
      {},
      { stroke: colour("--curve-past"), width: 1.5, dash: [4, 4], points: { show: false }, spanGaps: true },
      { stroke: colour("--curve"), width: 2, fill: wash(colour("--curve")), points: { show: series.now.length === 2 } },
      { stroke: colour("--curve"), width: 2, dash: [3, 5], points: { show: false } },
    ],
    plugins: [tooltip(plot, series), marks(series, colour("--warn"))],
    hooks: { setSelect: [(u) => zoomTo(u, series, zoom)] },
  };
}

/** Upright lines where people wrote notes. */
function marks(series: Series, colour: string): uPlot.Plugin {
  const draw = (u: uPlot): void => {
    series.notes.forEach((note, i) => {
      if (!note) return;
      const x = u.valToPos(i, "x", true);
      u.ctx.save();
      u.ctx.strokeStyle = u.ctx.fillStyle = colour;
      u.ctx.setLineDash([3, 3]);
      u.ctx.beginPath();
      u.ctx.moveTo(x, u.bbox.top);
      u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
      u.ctx.stroke();
      u.ctx.beginPath();
      u.ctx.arc(x, u.bbox.top, 4 * devicePixelRatio, 0, 2 * Math.PI);
      u.ctx.fill();
      u.ctx.restore();
    });
  };
  return { hooks: { draw } };
}

/** A colour of the sheet (#rrggbb) fading out downwards. */
function wash(hex: string): (u: uPlot) => CanvasGradient {
  return (u) => {
    const fade = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height);
    fade.addColorStop(0, `${hex}33`);
    fade.addColorStop(1, `${hex}05`);
    return fade;
  };
}

/** Goes to the days that were drawn over. */
function zoomTo(u: uPlot, series: Series, action: string): void {
  if (u.select.width < 8) return;
  const at = (left: number): number => Math.min(series.now.length - 1, Math.max(0, Math.round(u.posToVal(left, "x"))));
  const first = at(u.select.left);
  const last = at(u.select.left + u.select.width);
  const query = new URLSearchParams(location.search);
  for (const name of ["range", "by"]) query.delete(name);
  query.set("from", series.from[first] ?? "");
  query.set("to", series.to[last] ?? "");
  location.assign(`${action}?${query}`);
}

const figure = document.getElementById("chart");
if (figure) enhance(figure);
