// The Schlögl network: runs by chance beside the mean-field equation.

import { post, visitor } from "./api.js";
import { element, trouble } from "./elements.js";
import { Plot } from "./plot.js";

export class Switch {
  constructor({ start, replicates, border }) {
    Object.assign(this, { replicates, border });
    const number = (label, value, low, high) => element("input", { type: "number", value, min: low, max: high, "aria-label": label });
    this.from = number("Molecules at the start", start, 0, 1000);
    this.seed = number("Seed", 1, 0, 4294967295);
    this.start = element("button", { class: "first", onclick: () => this.run() }, "Run");
    this.status = element("p", { class: "status", role: "status" }, "Not run yet.");
    this.place = element("div");
    this.body = element("div", { class: "switch" }, element("div", { class: "bar" }, this.start, element("label", {}, "from", this.from, "molecules"), element("label", {}, "seed", this.seed)), this.status, this.place);
  }

  async run() {
    try {
      const told = await post("/api/switch", { visitor, replicates: this.replicates, seed: Number(this.seed.value), start: Number(this.from.value) });
      const plot = new Plot({ title: `Molecules of X: ${this.replicates} runs, and the mean-field equation`, unit: "", until: told.times.at(-1), thin: true, timeUnit: "" });
      const by = (course, line, arm) => told.times.forEach((time, at) => plot.add(line, time, course[at], arm));
      told.exact.forEach((course, index) => by(course, index + 1, 2));
      by(told.ode, told.exact.length + 1, 0);
      plot.draw();
      plot.svg.querySelector(".a0")?.classList.remove("thin");
      this.place.replaceChildren(element("div", { class: "plots one" }, plot.figure));
      const low = told.exact.filter((course) => course.at(-1) < this.border).length;
      const mean = told.exact.reduce((sum, course) => sum + course.at(-1), 0) / told.exact.length;
      this.status.textContent = `${low} of ${told.exact.length} runs end low, ${told.exact.length - low} high; their mean is ${mean.toFixed(0)}, the equation ends at ${told.ode.at(-1).toFixed(0)}.`;
      this.body.dispatchEvent(new CustomEvent("done"));
    } catch (why) {
      this.place.replaceChildren(trouble(why));
    }
  }

  stop() {}
}
