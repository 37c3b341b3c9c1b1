// A plot of lines in SVG that grows.

import { drawn, element, number, swatch } from "./elements.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [320, 190, 46, 8, 10, 24];

/** Round steps that part a range into about `count` pieces. */
export function ticks(low, high, count) {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((of) => of * power).find((of) => of >= raw * 0.999);
  const all = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) all.push(Number(at.toPrecision(12)));
  return all;
}

/** The level from which a mouse is ill, in a plot of its damage. */
export const markOf = (plan, readout) => (readout.name === "damage" ? { at: plan.ill_at, words: "ill" } : null);

/** Lines over time: `add` a point to one of them, `end` it with a cross, `draw` what is there. */
export class Plot {
  constructor({ title, unit, until, perUnit = 1, timeUnit = "d", names, thin = false, zero = true, mark = null }) {
    Object.assign(this, { title, unit, until, perUnit, thin, zero, names, mark });
    this.lines = [];
    this.body = drawn("g");
    this.svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", role: "img", "aria-label": `${title}, over time` }, this.body);
    this.values = element("div", { class: "values" });
    const shown = unit && unit !== "1" && !title.includes(unit) ? ` (${unit})` : "";
    this.figure = element("figure", { "data-readout": title }, element("h3", {}, title + shown), this.svg, this.values);
    this.timeUnit = timeUnit;
  }

  line(index, arm = index) {
    return (this.lines[index] ??= { points: [], arm, died: null });
  }

  add(index, time, value, arm) {
    if (value !== null && value !== undefined) this.line(index, arm).points.push([time, value]);
  }

  draw() {
    const all = this.lines.filter(Boolean);
    let [low, high] = [this.zero ? 0 : Infinity, -Infinity];
    for (const { points } of all) for (const [, value] of points) [low, high] = [Math.min(low, value), Math.max(high, value)];
    if (this.mark) high = Math.max(high, 1.1 * this.mark.at);
    if (!(high > low)) [low, high] = [Math.min(0, low === Infinity ? 0 : low), (Number.isFinite(high) ? high : 0) || 1];
    if (!(high > low)) high = low + 1;
    const x = (time) => LEFT + (time / this.until) * (WIDTH - LEFT - RIGHT);
    const y = (value) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const parts = [];
    for (const at of ticks(low, high, 4)) {
      parts.push(drawn("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(at), y2: y(at) }));
      parts.push(drawn("text", { x: LEFT - 6, y: y(at) + 4, "text-anchor": "end" }, number(at)));
    }
    const times = ticks(0, this.until * this.perUnit, 5);
    for (const at of times) {
      const last = at === times.at(-1);
      parts.push(drawn("text", { x: x(at / this.perUnit), y: HEIGHT - 6, "text-anchor": last ? "end" : "middle" }, last ? `${number(at)} ${this.timeUnit}` : number(at)));
    }
    parts.push(drawn("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }));
    if (this.mark) {
      const level = y(this.mark.at);
      parts.push(drawn("line", { class: "mark", x1: LEFT, x2: WIDTH - RIGHT, y1: level, y2: level }));
      parts.push(drawn("text", { x: LEFT + 4, y: level - 4 }, this.mark.words));
    }
    for (const { points, arm, died } of all) {
      if (!points.length) continue;
      const path = points.map(([time, value], at) => `${at ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join("");
      parts.push(drawn("path", { class: `line a${arm % 6}${this.thin ? " thin" : ""}`, d: path }));
      if (died) {
        const [px, py] = [x(died), y(points.at(-1)[1])];
        parts.push(drawn("path", { class: `line a${arm % 6}`, d: `M${px - 4} ${py - 4}l8 8m0-8l-8 8` }));
      }
    }
    this.body.replaceChildren(...parts);
    if (!this.thin && this.names) {
      this.values.replaceChildren(...all.map(({ points, arm }) => element("span", {}, swatch(arm), points.length ? number(points.at(-1)[1]) : "–")));
    }
  }
}

/** How each mouse fares: a line from its birth to now or its death, broad from when it is ill. */
export class Fates {
  constructor({ names, until }) {
    Object.assign(this, { names, until });
    this.height = 30 + 30 * names.length;
    this.body = drawn("g");
    this.svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${this.height}`, class: "plot", role: "img", "aria-label": "Survival" }, this.body);
    this.figure = element("figure", {}, element("h3", {}, "Survival"), this.svg);
  }

  /** Of each arm the ages now, at which it fell ill and at which it died; `words` say the same. */
  draw(arms, words) {
    const x = (time) => LEFT + (time / this.until) * (WIDTH - LEFT - RIGHT);
    const floor = this.height - BOTTOM;
    const parts = [drawn("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: floor, y2: floor })];
    const times = ticks(0, this.until, 5);
    for (const at of times) {
      const last = at === times.at(-1);
      parts.push(drawn("text", { x: x(at), y: this.height - 6, "text-anchor": last ? "end" : "middle" }, last ? `${number(at)} d` : number(at)));
    }
    arms.forEach(({ now, onset, died }, arm) => {
      const y = 18 + 30 * arm;
      const end = died ?? now;
      parts.push(drawn("path", { class: `line a${arm % 6}`, d: `M${x(0)} ${y}H${x(end).toFixed(1)}` }));
      // A mouse may die before it is seen to be ill.
      if (onset !== null) {
        parts.push(drawn("path", { class: `line a${arm % 6} ill`, d: `M${x(Math.min(onset, end)).toFixed(1)} ${y}H${x(end).toFixed(1)}` }));
        parts.push(drawn("text", { x: x(Math.min(onset, end)), y: y - 8, "text-anchor": "middle" }, "ill"));
      }
      if (died !== null) parts.push(drawn("path", { class: `line a${arm % 6} cross`, d: `M${x(died) - 5} ${y - 5}l10 10m0-10l-10 10` }));
    });
    this.body.replaceChildren(...parts);
    this.svg.setAttribute("aria-label", `Survival: ${words}`);
  }
}

/** Outlines of histograms, one for each arm: shares over bins. */
export class Histogram {
  constructor({ title, labels }) {
    this.body = drawn("g");
    this.labels = labels;
    const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} 130`, class: "plot", role: "img", "aria-label": title }, this.body);
    this.agents = element("div", { class: "values" });
    this.figure = element("figure", {}, element("h3", {}, title), svg, this.agents);
  }

  draw(arms, agents) {
    const high = Math.max(0.01, ...arms.flat());
    const [top, floor] = [6, 108];
    const parts = [drawn("line", { class: "axis", x1: 8, x2: WIDTH - 8, y1: floor, y2: floor })];
    for (const [at, text] of this.labels) {
      const anchor = at <= 0 ? "start" : at >= 1 ? "end" : "middle";
      parts.push(drawn("text", { x: 8 + at * (WIDTH - 16), y: 124, "text-anchor": anchor }, text));
    }
    arms.forEach((bins, arm) => {
      if (!bins.length) return;
      const wide = (WIDTH - 16) / bins.length;
      const y = (share) => floor - (share / high) * (floor - top);
      const path = bins.map((share, bin) => `${bin ? "L" : "M"}${(8 + bin * wide).toFixed(1)} ${y(share).toFixed(1)}h${wide.toFixed(2)}`).join("");
      parts.push(drawn("path", { class: `line a${arm % 6}`, d: path }));
    });
    this.body.replaceChildren(...parts);
    this.agents.replaceChildren("agents", ...agents.map((count, arm) => element("span", {}, swatch(arm), String(count))));
  }
}
