// The pathways: a drawing whose boxes stand for rules of the model and can be knocked out.

import { get } from "./api.js";
import { isOff, toggle } from "./edits.js";
import { drawn, element, number, row, table } from "./elements.js";

// Two drawings of one thing: of each box the middle, the width and its short name, in one line or two; arrows; what is written beside.
const WIDE = {
  size: [760, 436], height: 38, membrane: [10, 160, 740, 72],
  places: {
    il2: [380, 36, 110, "IL-2"],
    low: [135, 106, 220, "low affinity: α, 10 nM"], intermediate: [380, 106, 230, "intermediate: βγ, 1 nM"], high: [628, 106, 236, "high affinity: αβγ, 10 pM"],
    alpha: [245, 196, 140, "IL-2Rα CD25"], beta: [395, 196, 140, "IL-2Rβ CD122"], gamma: [540, 196, 130, "γc CD132"],
    jak1: [395, 286, 110, "JAK1"], jak3: [540, 286, 110, "JAK3"],
    akt: [180, 376, 150, "PI3K-AKT"], stat5: [467, 376, 150, "STAT5"], mapk: [660, 376, 120, "MAPK"],
  },
  arrows: ["M355 54L190 86", "M380 54V86", "M405 54L570 86", "M140 126Q150 160 205 178", "M370 126Q375 160 390 176", "M395 126Q440 150 520 176",
    "M560 126Q420 150 280 178", "M605 126Q540 150 420 177", "M625 126Q600 160 560 176", "M395 216V266", "M540 216V266", "M410 306L450 356", "M526 306L485 356", "M345 300Q250 320 205 356", "M590 300Q640 320 655 356"],
  asides: [[70, 200, "membrane"], [180, 420, "growth, survival"], [467, 420, "CD25, Bcl-2, Foxp3; Il2 shut off"], [660, 420, "cell cycle"]],
};
const NARROW = {
  size: [372, 520], height: 48, membrane: [4, 190, 364, 104],
  places: {
    il2: [186, 30, 100, "IL-2"],
    low: [62, 126, 116, "low affinity", "α, 10 nM"], intermediate: [186, 126, 118, "intermediate", "βγ, 1 nM"], high: [310, 126, 116, "high affinity", "αβγ, 10 pM"],
    alpha: [62, 240, 106, "IL-2Rα", "CD25"], beta: [186, 240, 106, "IL-2Rβ", "CD122"], gamma: [310, 240, 106, "γc", "CD132"],
    jak1: [186, 340, 100, "JAK1"], jak3: [310, 340, 100, "JAK3"],
    akt: [62, 440, 104, "PI3K-AKT"], stat5: [186, 440, 104, "STAT5"], mapk: [310, 440, 104, "MAPK"],
  },
  arrows: ["M160 54L76 100", "M186 54V100", "M212 54L296 100", "M62 150V214", "M176 150L180 214", "M196 150L290 214",
    "M282 150L86 214", "M300 150L206 214", "M316 150V214", "M186 264V314", "M310 264V314", "M186 364V414", "M290 364L214 414", "M150 364L82 414", "M318 364L312 414"],
  asides: [[54, 284, "membrane"], [62, 480, "growth,"], [62, 496, "survival"], [186, 480, "CD25, Bcl-2,"], [186, 496, "Foxp3; Il2 off"], [310, 480, "cell cycle"]],
};
// On a phone, and where the drawing stands beside its explanation and has less than its own width.
const isNarrow = matchMedia("(max-width: 620px), (min-width: 1101px) and (max-width: 1330px)");

const measure = (one) => `${number(one.value)} ${one.unit === "1" ? "" : one.unit}`;

const PARAMETER = ["Parameter", "Value", "Range", "Source"];
const EFFECT = ["Cell", "Anti-apoptotic", "Mitogenic", "Other", "In the model"];
const SIBLING = ["Cytokine", "Receptors, Kd", "Made by", "Acts on", "Does", "Without it", "In the model", "In the mouse"];
const body = (rows) => element("tbody", { role: "rowgroup" }, rows);
const brief = (list) => element("ul", {}, list.map((one) => element("li", {}, element("code", {}, one.name), ` ${measure(one)}: ${one.meaning} (${one.source})`)));
const figures = (text) => element("span", { class: "num" }, text);

const parameters = (list) => table("Parameters", PARAMETER, body(list.map((one) => row(PARAMETER, {}, [
  [one.meaning, element("br"), element("code", {}, one.name)],
  figures(measure(one)),
  figures(`${number(one.low)} to ${number(one.high)}`),
  `${one.source} (${one.status})`,
]))));

export async function show(here) {
  const all = await get("/api/pathways");
  const detail = element("section", { "aria-live": "polite", "aria-label": "The box" });
  const off = element("div");
  let chosen = "il2";

  function knockouts() {
    const names = [...new Set([...all.boxes, ...all.family].filter((of) => of.knock && isOff(of.knock)).map((of) => of.knock.gene ?? "pSTAT5"))];
    off.replaceChildren(names.length
      ? element("p", { class: "off-note" }, `Off in the edited mouse: ${names.join(", ")}. `, element("a", { href: "#/mouse" }, "See what becomes of it"))
      : element("p", { class: "note" }, "Nothing is knocked out yet. Choose a box, then knock it out; the mouse takes it over."));
  }

  let boxes = [];

  function draw() {
    const { size, height, membrane: [left, top, wide, high], places, arrows, asides } = isNarrow.matches ? NARROW : WIDE;
    boxes = all.boxes.map((box) => {
      const [x, y, width, ...lines] = places[box.id];
      const press = () => { chosen = box.id; tell(); };
      const node = drawn("g", {
        class: "box", role: "button", tabindex: 0, "data-box": box.id, "aria-label": box.name, onclick: press,
        onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(); } },
      }, drawn("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 8 }),
      lines.map((line, number) => drawn("text", { x, y: y + 5 + 17 * (number - (lines.length - 1) / 2) }, line)));
      return [box, node];
    });
    return drawn("svg", { viewBox: `0 0 ${size.join(" ")}`, class: isNarrow.matches ? "map slim" : "map", role: "group", "aria-label": "IL-2, its receptor and its signals" },
      drawn("defs", {}, drawn("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, drawn("path", { d: "M0 0L8 4L0 8z" }))),
      drawn("rect", { class: "membrane", x: left, y: top, width: wide, height: high, rx: 10 }),
      arrows.map((d) => drawn("path", { class: "arrow", d })),
      boxes.map(([, node]) => node),
      asides.map(([x, y, words]) => drawn("text", { class: "aside", x, y }, words)));
  }

  function knock(of) {
    if (!of.knock) return element("p", { class: "note" }, "This one cannot be knocked out by itself.");
    const isIt = isOff(of.knock);
    return element("button", { class: isIt ? "" : "first", "data-knock": of.knock.gene ?? of.knock.signal, onclick: () => {
      toggle(of.knock);
      tell();
      family();
      detail.querySelector("[data-knock]")?.focus();
    } }, isIt ? `Put ${of.knock.gene ?? "STAT5"} back` : `Knock out ${of.knock.gene ?? "STAT5"}`);
  }

  function tell() {
    for (const [box, node] of boxes) {
      node.setAttribute("aria-pressed", box.id === chosen);
      node.classList.toggle("off", Boolean(box.knock) && isOff(box.knock));
    }
    const box = all.boxes.find((one) => one.id === chosen);
    detail.replaceChildren(
      element("h2", {}, box.name), element("p", {}, box.what),
      element("p", { class: "note", hidden: !box.effect }, `What the gene decides in the model: ${box.effect}.`),
      knock(box),
      element("h3", {}, "In the model"), element("p", { class: "note" }, "Rule: ", element("code", {}, box.rule), " in crates/cells/src."),
      parameters(box.parameters),
    );
    knockouts();
  }

  const effects = element("section", { hidden: true, id: "effects", "aria-label": "Effects" }, element("h2", {}, "What IL-2 does to each sort of cell"),
    table("Effects by cell", EFFECT, body(all.effects.map((of) => row(EFFECT, { "data-cell": of.cell }, [
      element("b", {}, of.cell), of.survives, of.divides, of.other,
      element("details", {}, element("summary", {}, element("code", {}, of.rule)),
        of.receptors.map((one) => element("p", { class: "note" }, `${one.kind}: α ${number(one.alpha)}, β ${number(one.beta)}, γ ${number(one.gamma)} copies (${one.source})`)),
        brief(of.parameters)),
    ])))));
  const toggleEffects = element("button", { role: "switch", "aria-checked": "false", "aria-controls": "effects", onclick: () => {
    effects.hidden = !effects.hidden;
    toggleEffects.setAttribute("aria-checked", !effects.hidden);
    if (!effects.hidden) effects.scrollIntoView({ block: "nearest" });
  } }, "Effects");

  const siblings = element("tbody", { role: "rowgroup" });
  function family() {
    siblings.replaceChildren(...all.family.map((of) => row(SIBLING, { "data-ligand": of.name }, [
      element("b", {}, of.name),
      of.receptors.map((one) => element("div", { class: "num" }, `${one.chains.join(" + ")}: ${number(one.kd_pm)} pM`)),
      of.producers, of.targets, of.effect, of.knockout,
      of.rule
        ? element("details", {}, element("summary", {}, `its rule, ${of.parameters.length} parameters`), element("p", { class: "note" }, element("code", {}, of.rule), `: ${of.source}.`), brief(of.parameters))
        : `Its receptors, for reference (${of.source}).`,
      of.live
        ? of.knock && element("button", { "aria-label": `${isOff(of.knock) ? "Put back" : "Knock out"} ${of.name}`, onclick: (event) => { toggle(of.knock); tell(); family(); siblings.querySelector(`[data-ligand="${of.name}"] button`)?.focus(); event.preventDefault(); } }, isOff(of.knock) ? "put back" : "knock out")
        : element("span", { class: "note" }, "not simulated"),
    ])));
  }

  let map = draw();
  const redraw = () => {
    if (!map.isConnected) return isNarrow.removeEventListener("change", redraw);
    const other = draw();
    map.replaceWith(other);
    map = other;
    tell();
  };
  isNarrow.addEventListener("change", redraw);
  here.append(
    element("h1", {}, "Pathways"),
    element("p", { class: "lead" }, "IL-2, the receptor that it shares, and what its signal does. Every box names the rules of the model that stand for it, and what of it the model leaves out."),
    element("div", { class: "bar" }, toggleEffects, element("span", { class: "note" }, "shows what IL-2 does to each sort of cell")),
    effects, off,
    element("div", { class: "split" }, element("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "The drawing" }, map), detail),
    element("h2", {}, "The family of the common γ chain"),
    element("p", { class: "note" }, "All of them signal through γc (Il2rg) beside the chains that are named; where it is not written with them, the Kd is that of the other chain alone."),
    table("The family", SIBLING, siblings),
  );
  tell();
  family();
}
