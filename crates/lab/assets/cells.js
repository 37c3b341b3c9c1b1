// A picture of cells: dots in proportion to cells, coloured by kind, the brighter the more pSTAT5.

import { element, number } from "./elements.js";

const COLOURS = {
  "naive CD4": ["#7d95ad", "#8ea6bd"], "CD4 blast": ["#d55e00", "#ff8a3a"], "effector CD4": ["#b3261e", "#ff6f61"], "memory CD4": ["#a8743b", "#d9a05f"],
  "Treg": ["#0072b2", "#3aa8ee"], "naive CD8": ["#9aa39a", "#a9b3a9"], "CD8 blast": ["#b5449a", "#ea7fd0"], "effector CD8": ["#7b2d8b", "#c77ad8"],
  "memory CD8": ["#8a7400", "#d8bd2c"], "NK": ["#00785a", "#2cc295"], "immature NK": ["#5f9d89", "#79c9b1"], "activated B": ["#555b62", "#c3c9d0"], "target cell": ["#1a1d21", "#e9ecef"], "DN T": ["#5b4a1f", "#b59a57"],
};
const DARK = matchMedia("(prefers-color-scheme: dark)");
const COLUMNS = 25;

export class Cells {
  constructor(arm, kinds) {
    this.kinds = kinds;
    this.canvas = element("canvas", { width: 500, height: 320, role: "img", "aria-label": `Cells of ${arm}: none yet` });
    this.caption = element("figcaption", {}, "no cells yet");
    this.key = element("ul", { class: "cellkey" });
    this.figure = element("figure", {}, element("h3", {}, arm), this.canvas, this.key, this.caption);
    this.arm = arm;
  }

  draw(dots, perDot) {
    const context = this.canvas.getContext("2d");
    const [width, height] = [this.canvas.width, this.canvas.height];
    context.clearRect(0, 0, width, height);
    const counts = new Map();
    const step = width / COLUMNS;
    const rows = Math.floor(height / step);
    for (let dot = 0; dot * 2 < dots.length; dot += 1) {
      const kind = this.kinds[dots.charCodeAt(dot * 2) - 97];
      const signal = Number(dots[dot * 2 + 1]);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      // Column by column, so that kinds stand side by side.
      const [column, row] = [Math.floor(dot / rows), dot % rows];
      const [x, y] = [(column + 0.5) * step, (row + 0.5) * step];
      const colour = COLOURS[kind]?.[DARK.matches ? 1 : 0] ?? "#777";
      context.fillStyle = colour;
      context.globalAlpha = 0.85;
      context.beginPath();
      context.arc(x, y, step * 0.36, 0, 7);
      context.fill();
      context.globalAlpha = 1;
      if (signal > 0) {
        context.fillStyle = DARK.matches ? "#14171b" : "#fff";
        context.beginPath();
        context.arc(x, y, step * 0.045 * (signal + 1), 0, 7);
        context.fill();
      }
    }
    const listed = [...counts].map(([kind, count]) => {
      const mark = element("canvas", { width: 12, height: 12, "aria-hidden": "true" });
      mark.style.width = mark.style.height = "12px";
      const small = mark.getContext("2d");
      small.fillStyle = COLOURS[kind]?.[DARK.matches ? 1 : 0] ?? "#777";
      small.arc(6, 6, 5, 0, 7);
      small.fill();
      return element("li", {}, mark, `${kind} ${number(count * perDot)}`);
    });
    this.key.replaceChildren(...listed);
    this.canvas.setAttribute("aria-label", `Cells of ${this.arm}: ${[...counts].map(([kind, count]) => `${kind} ${number(count * perDot)}`).join(", ")}`);
    this.caption.textContent = `A dot is ${number(perDot)} cells; the hole in it grows with pSTAT5.`;
  }
}
