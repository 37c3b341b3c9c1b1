// A run that is watched: curves, histograms, cells, and the buttons that hold its reins.

import { follow, post, replaced, visitor } from "./api.js";
import { Cells } from "./cells.js";
import { element, number, swatch, trouble } from "./elements.js";
import { Fates, Histogram, Plot, markOf } from "./plot.js";

const PACES = [["4", "slow"], ["12", "steady"], ["40", "fast"], ["", "as fast as it goes"]];

export class Watch {
  /** `scenario()` gives the text to run; `first` names the readouts drawn first, or alone with `only`. */
  constructor(about, { scenario, first = [], only = false, pictures = true, pace = "40", seeds = null }) {
    Object.assign(this, { about, scenario, first, only, pictures, seeds });
    this.start = element("button", { class: "first", onclick: () => this.run() }, "Run");
    this.pause = element("button", { disabled: true, onclick: () => this.toggle() }, "Pause");
    this.step = element("button", { disabled: true, onclick: () => this.one() }, "Step");
    this.pace = element("select", { onchange: () => this.control("pace") }, PACES.map(([value, name]) => element("option", { value, selected: value === pace }, name)));
    this.status = element("p", { class: "status", role: "status" }, "Not run yet.");
    this.problem = element("div");
    this.place = element("div");
    this.bar = element("div", { class: "bar" }, this.start, this.pause, this.step, element("label", {}, "Speed", this.pace));
    this.body = element("div", { class: "watch" }, this.bar, this.status, this.problem, this.place);
  }

  number() {
    return this.pace.value === "" ? null : Number(this.pace.value);
  }

  async run({ paused = false, fastTo = 0 } = {}) {
    this.stop();
    const abort = (this.abort = new AbortController());
    this.last = null;
    // The run before this one is not to be paused in its place.
    this.id = null;
    this.isPaused = paused;
    this.problem.replaceChildren();
    this.start.textContent = "Replay";
    let ended = false;
    try {
      const scenario = await this.scenario();
      if (this.abort !== abort) return;
      this.pause.disabled = this.step.disabled = false;
      this.pause.textContent = paused ? "Go on" : "Pause";
      this.place.setAttribute("aria-busy", "true");
      const body = { scenario, pace: this.number(), is_paused: paused, fast_to_d: fastTo };
      await follow("/api/run", body, abort.signal, (event, data) => {
        if (this.abort !== abort) return;
        if (event === "run") {
          this.id = data.run;
          // What was asked for before the run had a name.
          if (this.isPaused !== paused) this.control(this.isPaused ? "pause" : "resume");
        }
        else if (event === "queue") this.status.textContent = `Waiting: ${data.ahead} before this run.`;
        else if (event === "plan") this.outline(data);
        else if (event === "sample") this.sample(data);
        else if (event === "failed") { ended = true; this.fail(data); }
        else if (event === "replaced") { ended = true; this.status.textContent = replaced(data); }
        else if (event === "end") { ended = true; this.draw(); this.done(); }
      });
      if (!ended && this.abort === abort) this.status.textContent = "The run was ended.";
    } catch (why) {
      if (why.name !== "AbortError" && this.abort === abort) this.fail(why);
    } finally {
      if (this.abort === abort) {
        this.pause.disabled = this.step.disabled = true;
        this.place.removeAttribute("aria-busy");
        this.id = null;
      }
    }
  }

  fail(why) {
    this.status.textContent = "It did not run to its end.";
    this.problem.replaceChildren(trouble(why));
  }

  stop() {
    this.abort?.abort();
    this.abort = null;
    cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  control(action) {
    if (!this.id) return;
    post("/api/control", { visitor, run: this.id, action, pace: action === "pace" ? this.number() : null }).catch(() => {});
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.control(this.isPaused ? "pause" : "resume");
    this.pause.textContent = this.isPaused ? "Go on" : "Pause";
    this.say();
  }

  one() {
    this.isPaused = true;
    this.pause.textContent = "Go on";
    this.control("step");
  }

  outline(plan) {
    this.plan = plan;
    // Of pictures only the newest is kept.
    this.newest = plan.arms.map(() => null);
    this.age = undefined;
    const hours = plan.is_culture;
    this.unit = hours ? ["h", 24] : ["d", 1];
    const order = [...this.first, ...plan.readouts.map((readout) => readout.name).filter((name) => !this.first.includes(name) && !this.only)];
    this.order = order.map((name) => plan.readouts.findIndex((readout) => readout.name === name)).filter((index) => index >= 0 && plan.readouts[index].name !== "alive");
    this.plots = this.order.map((index) => {
      const readout = plan.readouts[index];
      return new Plot({ title: readout.label, unit: readout.unit, until: plan.until_d, perUnit: this.unit[1], timeUnit: this.unit[0], names: plan.arms, mark: markOf(plan, readout) });
    });
    this.fates = hours ? null : new Fates({ names: plan.arms, until: plan.until_d });
    const key = element("ul", { class: "key" }, plan.arms.map((arm, index) => element("li", {}, swatch(index), arm)));
    const parts = [key, element("div", { class: "plots" }, this.plots.map((plot) => plot.figure), this.fates?.figure)];
    if (this.pictures) {
      const legend = this.about.legend;
      this.cells = plan.arms.map((arm) => new Cells(arm, legend.kinds));
      const decades = [[1 / 61, "1"], [21 / 61, "100"], [41 / 61, "10⁴"], [1, "10⁶ copies"]];
      this.kind = element("select", { onchange: () => this.histograms() }, legend.stained.map((kind, index) => element("option", { value: index }, kind)));
      this.cd25 = new Histogram({ title: "CD25 per cell", labels: decades });
      this.pstat5 = new Histogram({ title: "pSTAT5 per cell", labels: [[0, "0"], [0.5, "0.5"], [1, "1"]] });
      parts.push(
        element("h2", {}, "The cells"), element("div", { class: "cells" }, this.cells.map((one) => one.figure)),
        element("h2", {}, "Receptor and signal"), element("div", { class: "bar" }, element("label", {}, "Kind of cell", this.kind)),
        element("div", { class: "plots" }, this.cd25.figure, this.pstat5.figure),
      );
    }
    this.place.replaceChildren(...parts);
  }

  sample(data) {
    this.last = data;
    data.arms.forEach((arm, index) => {
      if (arm.values) {
        this.plots.forEach((plot, at) => plot.add(index, arm.time_d, arm.values[this.order[at]]));
        this.age = arm.time_d;
        this.newest[index] = arm;
      }
      if (arm.died_d !== null) this.plots.forEach((plot) => { plot.line(index).died = arm.died_d; });
    });
    // However fast samples come, the page is drawn once a frame.
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    for (const plot of this.plots) plot.draw();
    this.fates?.draw(this.plan.arms.map((_, index) => {
      const { died_d: died, onset_d: onset } = this.last.arms[index];
      return { now: this.newest[index]?.time_d ?? 0, onset, died };
    }), this.fate().join("; "));
    this.say();
    if (!this.pictures) return;
    this.newest.forEach((arm, index) => { if (arm) this.cells[index].draw(arm.dots, arm.cells_per_dot); });
    this.histograms();
  }

  histograms() {
    const kind = Number(this.kind.value);
    const newest = this.newest.map((arm) => arm?.histograms[kind] ?? [[], [], 0]);
    const agents = newest.map((of) => of[2]);
    this.cd25.draw(newest.map((of) => of[0]), agents);
    this.pstat5.draw(newest.map((of) => of[1]), agents);
  }

  /** How each arm fares, in words. */
  fate() {
    const last = this.last;
    return this.plan.arms.map((name, index) => {
      const arm = last.arms[index];
      if (arm.cut_short) return `${name}: ${arm.cut_short.reason}`;
      if (arm.died_d !== null) return `${name} died on day ${number(arm.died_d)}`;
      return arm.onset_d !== null ? `${name} ill since day ${number(arm.onset_d)}` : `${name} ${this.plan.is_culture ? "" : "well"}`.trim();
    });
  }

  say(word = this.isPaused ? "Paused" : "Running") {
    if (!this.plan || this.age === undefined || !this.last) return;
    const [unit, per] = this.unit;
    const age = per === 1 ? `day ${number(this.age)}` : `${number(this.age * per)} ${unit}`;
    const what = this.plan.is_culture ? `${this.plan.cells} agents of a kind` : `${this.plan.cells} agents a mouse`;
    const fates = this.plan.is_culture ? "" : ` ${this.fate().join("; ")}.`;
    this.status.textContent = `${word}, ${age}. Seed ${this.plan.seed}, ${what}.${fates}`;
  }

  done() {
    this.say("Done");
    this.body.dispatchEvent(new CustomEvent("done"));
  }
}
