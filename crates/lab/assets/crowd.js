// Many mice of one genotype, as they come.

import { follow, replaced } from "./api.js";
import { element, trouble, whole } from "./elements.js";
import { Plot, markOf } from "./plot.js";

export class Crowd {
  constructor({ scenario, mice, readout }) {
    Object.assign(this, { scenario, mice, readout });
    this.start = element("button", { class: "first", onclick: () => this.run() }, `Run ${mice} mice`);
    this.seed = whole("Seed", Number(/seed: (\d+)/.exec(scenario)?.[1]), 0, 4294967295);
    this.status = element("p", { class: "status", role: "status" }, "Not run yet.");
    this.problem = element("div");
    this.place = element("div");
    this.body = element("div", { class: "crowd" }, element("div", { class: "bar" }, this.start, element("label", {}, "Seed", this.seed)), this.status, this.problem, this.place);
  }

  async run() {
    if (!this.seed.reportValidity()) return;
    this.stop();
    this.status.textContent = "Begun: the first mice are on their way.";
    const scenario = this.scenario.replace(/seed: \d+/, `seed: ${this.seed.valueAsNumber}`);
    const abort = (this.abort = new AbortController());
    let [plan, plot, at] = [null, null, 0];
    const ill = [];
    let [come, ended] = [0, false];
    this.problem.replaceChildren();
    try {
      await follow("/api/crowd", { scenario, mice: this.mice }, abort.signal, (event, data) => {
        if (event === "queue") this.status.textContent = `Waiting: ${data.ahead} before this run.`;
        if (event === "plan") {
          plan = data;
          at = plan.readouts.findIndex((readout) => readout.name === this.readout);
          const { label, unit } = plan.readouts[at];
          plot = new Plot({ title: label, unit, until: plan.until_d, thin: true, mark: markOf(plan, plan.readouts[at]) });
          this.place.replaceChildren(element("div", { class: "plots one" }, plot.figure));
        } else if (event === "mouse") {
          come += 1;
          data.times_d.forEach((time, sample) => plot.add(come, time, data.values[sample][at], data.arm + 1));
          if (data.died_d !== null) plot.line(come).died = data.died_d;
          if (data.onset_d !== null) ill.push(data.replicate);
          plot.draw();
          this.status.textContent = `${come} of ${this.mice} mice, ${ill.length} of them ill by day ${plan.until_d}. ${plan.cells} agents a mouse, seed ${plan.seed}.`;
        } else if (event === "end") { ended = true; this.body.dispatchEvent(new CustomEvent("done")); }
        else if (event === "replaced") { ended = true; this.status.textContent = replaced(data); }
        else if (event === "failed") { ended = true; this.problem.replaceChildren(trouble(data)); }
      });
      if (!ended) this.status.textContent = `The run was ended, with ${come} of ${this.mice} mice.`;
    } catch (why) {
      if (why.name !== "AbortError") this.problem.replaceChildren(trouble(why));
    }
  }

  stop() {
    this.abort?.abort();
  }
}
