// The pathways: a drawing whose boxes stand for rules of the model and can be knocked out.

import { get } from "./api.js";
import { isOff, toggle } from "./edits.js";
import { drawn, element, number, row, table } from "./elements.js";

// Middle of each box, its width, and its short name.
const PLACES = {
  il2: [380, 36, 110, "IL-2"],
  low: [135, 106, 220, "low affinity: α, 10 nM"], intermediate: [380, 106, 230, "intermediate: βγ, 1 nM"], high: [628, 106, 236, "high affinity: αβγ, 10 pM"],
  alpha: [245, 196, 140, "IL-2Rα CD25"], beta: [395, 196, 140, "IL-2Rβ CD122"], gamma: [540, 196, 130, "γc CD132"],
  jak1: [395, 286, 110, "JAK1"], jak3: [540, 286, 110, "JAK3"],
  akt: [180, 376, 150, "PI3K-AKT"], stat5: [467, 376, 150, "STAT5"], mapk: [660, 376, 120, "MAPK"],
};
const ARROWS = ["M355 54L190 86", "M380 54V86", "M405 54L570 86", "M140 126Q150 160 205 178", "M370 126Q375 160 390 176", "M395 126Q440 150 520 176",
  "M560 126Q420 150 280 178", "M605 126Q540 150 420 177", "M625 126Q600 160 560 176", "M395 216V266", "M540 216V266", "M410 306L450 356", "M526 306L485 356", "M345 300Q250 320 205 356", "M590 300Q640 320 655 356"];

const measure = (one) => `${number(one.value)} ${one.unit === "1" ? "" : one.unit}`;

const PARAMETER = ["Parameter", "Value", "Range", "Source"];
const EFFECT = ["Cell", "Anti-apoptotic", "Mitogenic", "Other", "In the model"];
const SIBLING = ["Cytokine", "Receptors, Kd", "Made by", "Acts on", "Does", "Without it", "In the mouse"];
const body = (rows) => element("tbody", { role: "rowgroup" }, rows);
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

  const boxes = all.boxes.map((box) => {
    const [x, y, width, short] = PLACES[box.id];
    const press = () => { chosen = box.id; tell(); };
    const node = drawn("g", {
      class: "box", role: "button", tabindex: 0, "data-box": box.id, "aria-label": box.name, onclick: press,
      onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(); } },
    }, drawn("rect", { x: x - width / 2, y: y - 19, width, height: 38, rx: 8 }), drawn("text", { x, y: y + 5 }, short));
    return [box, node];
  });

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
        element("ul", {}, of.parameters.map((one) => element("li", {}, element("code", {}, one.name), ` ${measure(one)}: ${one.meaning} (${one.source})`)))),
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
      of.live
        ? of.knock && element("button", { "aria-label": `${isOff(of.knock) ? "Put back" : "Knock out"} ${of.name}`, onclick: (event) => { toggle(of.knock); tell(); family(); siblings.querySelector(`[data-ligand="${of.name}"] button`)?.focus(); event.preventDefault(); } }, isOff(of.knock) ? "put back" : "knock out")
        : element("span", { class: "note" }, "not simulated"),
    ])));
  }

  const map = drawn("svg", { viewBox: "0 0 760 436", class: "map", role: "group", "aria-label": "IL-2, its receptor and its signals" },
    drawn("defs", {}, drawn("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, drawn("path", { d: "M0 0L8 4L0 8z" }))),
    drawn("rect", { class: "membrane", x: 10, y: 160, width: 740, height: 72, rx: 10 }),
    drawn("text", { class: "aside", x: 70, y: 200 }, "membrane"),
    ARROWS.map((d) => drawn("path", { class: "arrow", d })),
    boxes.map(([, node]) => node),
    drawn("text", { class: "aside", x: 180, y: 420 }, "growth, survival"), drawn("text", { class: "aside", x: 467, y: 420 }, "CD25, Bcl-2, Foxp3; Il2 shut off"), drawn("text", { class: "aside", x: 660, y: 420 }, "cell cycle"));
  here.append(
    element("h1", {}, "Pathways"),
    element("p", { class: "lead" }, "IL-2, the receptor that it shares, and what its signal does. Every box is a rule of the model."),
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
