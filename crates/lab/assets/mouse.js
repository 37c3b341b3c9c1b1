// The mouse: a wild type beside the edited one.

import { get, post, visitor } from "./api.js";
import { edits, keep } from "./edits.js";
import { element, trouble, whole } from "./elements.js";
import { Watch } from "./watch.js";

const KINDS = ["Treg", "CD4", "CD8", "NK", "B cells"];
const DOSES = [["25 000 IU of IL-2", "IL-2", "25 000 IU"], ["1 ug of IL-2", "IL-2", "1 ug"], ["0.2 ug of IL-2/JES6-1", "IL-2/JES6-1", "0.2 ug"], ["0.2 ug of IL-2v", "IL-2v", "0.2 ug"], ["0.2 ug of N88D-Fc", "N88D-Fc", "0.2 ug"]];
const AMOUNTS = [["on", 1], ["half", 0.5], ["off", 0]];

// What was typed, until the lab is closed or opened anew.
const typed = { own: null, beside: "", seed: 7, until: 42 };

export async function show(here, about) {
  const { genes } = await get("/api/pathways");
  // A box that was knocked out since is not in the text.
  let own = typed.beside === JSON.stringify(edits()) ? typed.own : null;

  const seed = whole("Seed", typed.seed, 0, 4294967295);
  const until = whole("Days", typed.until, 5, 120);

  function controls() {
    const now = edits();
    return {
      until_d: Math.min(120, Math.max(5, Number(until.value) || 42)),
      seed: Math.max(0, Math.round(Number(seed.value)) || 0),
      genes: Object.entries(now.genes).filter(([, amount]) => amount !== 1),
      is_stat5_off: now.stat5,
      deplete: now.deplete,
      doses: now.doses,
    };
  }

  const watch = new Watch(about, { scenario: async () => own ?? (await post("/api/scenario", controls())).scenario });
  const text = element("textarea", { spellcheck: "false", "aria-label": "Scenario", oninput: () => { own = text.value; note(); } });
  const said = element("p", { class: "note" });
  const problem = element("div");

  function note() {
    said.textContent = own === null
      ? "What the controls say. Change it here, and the text is what runs."
      : "Your own text runs; the controls beside it are at rest until it is put back.";
    back.disabled = own === null;
  }
  const back = element("button", { onclick: () => { own = null; note(); renew(); } }, "Back to the controls");
  const check = element("button", { onclick: async () => {
    problem.replaceChildren();
    try {
      await post("/api/check", { visitor, scenario: text.value });
      problem.replaceChildren(element("p", { class: "good", role: "status" }, "Good."));
    } catch (why) {
      problem.replaceChildren(trouble(why));
    }
  } }, "Check");
  const take = element("button", { onclick: () => {
    const link = element("a", { href: URL.createObjectURL(new Blob([text.value], { type: "text/plain" })), download: "lab.ron" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  } }, "Download lab.ron");

  /** The text follows the controls. */
  async function renew() {
    if (own !== null) return;
    try {
      text.value = (await post("/api/scenario", controls())).scenario;
    } catch (why) {
      problem.replaceChildren(trouble(why));
    }
  }
  function changed(change) {
    const now = edits();
    change(now);
    keep(now);
    list();
    watch.start.textContent = "Run";
    own = null;
    note();
    renew();
  }

  const row = (gene) => {
    const group = element("div", { class: "three", role: "radiogroup", "aria-label": `${gene.symbol}, ${gene.product}` });
    const paint = () => {
      const amount = edits().genes[gene.symbol] ?? 1;
      for (const [index, button] of [...group.children].entries()) {
        const isIt = AMOUNTS[index][1] === amount;
        button.setAttribute("aria-checked", isIt);
        button.tabIndex = isIt ? 0 : -1;
      }
    };
    const choose = (index) => {
      changed((now) => { if (index) now.genes[gene.symbol] = AMOUNTS[index][1]; else delete now.genes[gene.symbol]; });
      paint();
    };
    AMOUNTS.forEach(([name], index) => group.append(element("button", {
      type: "button", role: "radio", onclick: () => choose(index),
      onkeydown: (event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        const next = (index + by + 3) % 3;
        choose(next);
        group.children[next].focus();
      },
    }, name)));
    paint();
    return element("div", { class: "gene" }, element("span", { title: `${gene.product}: ${gene.effect}` }, gene.symbol), group);
  };

  const done = element("div");
  function list() {
    const now = edits();
    const remove = (name, index, what) => element("div", { class: "row" }, what, element("button", { "aria-label": `Take back: ${what}`, onclick: () => changed((all) => all[name].splice(index, 1)) }, "×"));
    const isEdited = now.stat5 || now.deplete.length || now.doses.length || Object.keys(now.genes).length;
    done.replaceChildren(
      ...(isEdited ? [] : [element("p", { class: "off-note" }, "Nothing is edited yet: both mice are the same. Switch a gene off, then run.")]),
      ...now.deplete.map((of, index) => remove("deplete", index, `95 % of ${of.kind} removed on day ${of.at_d}`)),
      ...now.doses.map((of, index) => remove("doses", index, `${of.dose} of ${of.ligand} from day ${of.at_d}, ${of.days} ×`)),
      ...(now.stat5 ? [element("div", { class: "row" }, "pSTAT5 held at 0 in all cells", element("button", { "aria-label": "Take back: pSTAT5 held at 0", onclick: () => changed((all) => { all.stat5 = false; }) }, "×"))] : []),
    );
  }

  const kind = element("select", { "aria-label": "Cells to remove" }, KINDS.map((name) => element("option", {}, name)));
  const when = whole("Day of removal", 28, 0, 119);
  const dose = element("select", { "aria-label": "What is given" }, DOSES.map(([name], index) => element("option", { value: index }, name)));
  const day = whole("First day", 28, 0, 119);
  const days = whole("Daily doses", 5, 1, 30);
  const panel = element("div", { class: "edits" },
    element("fieldset", {}, element("legend", {}, "Genes of the edited mouse"), genes.map(row)),
    element("fieldset", {}, element("legend", {}, "Take cells away"), element("div", { class: "row" }, kind, "on day", when,
      element("button", { onclick: () => changed((now) => now.deplete.push({ kind: kind.value, fraction: 0.95, at_d: Number(when.value) || 0 })) }, "Add"))),
    element("fieldset", {}, element("legend", {}, "Give IL-2"), element("div", { class: "row" }, dose, "from day", day, element("label", {}, "daily, times ", days),
      element("button", { onclick: () => changed((now) => now.doses = [...now.doses, { ligand: DOSES[dose.value][1], dose: DOSES[dose.value][2], at_d: Number(day.value) || 0, days: Number(days.value) || 1 }]) }, "Add"),
      element("button", { onclick: () => {
        // The same mouse up to now, then the dose.
        const now = Math.min(Math.floor(watch.age ?? 0) + 1, Number(until.value) - 1);
        changed((all) => all.doses.push({ ligand: DOSES[dose.value][1], dose: DOSES[dose.value][2], at_d: now, days: Number(days.value) || 1 }));
        watch.run({ fastTo: now });
      } }, "Give now"))),
    done,
    element("fieldset", {}, element("legend", {}, "The run"), element("div", { class: "row" }, "Seed", seed, "days", until)),
  );
  for (const [input, name] of [[seed, "seed"], [until, "until"]]) {
    input.addEventListener("change", () => {
      // The field shows what will run.
      const value = input.value === "" ? typed[name] : Math.round(input.valueAsNumber);
      input.value = typed[name] = Math.min(input.max, Math.max(input.min, value));
      own = null;
      note();
      renew();
    });
  }

  const curves = element("div", { role: "tabpanel", id: "curves", "aria-labelledby": "tab-curves" }, watch.body);
  const ron = element("div", { role: "tabpanel", id: "scenario", "aria-labelledby": "tab-scenario", hidden: true }, said, text,
    element("div", { class: "bar" }, check, take, back), problem,
    element("p", { class: "note" }, "Save it, and `paracrine run lab.ron` gives the same numbers: `timecourse.csv` holds the samples of these curves."));
  const other = { Curves: "Scenario", Scenario: "Curves" };
  const tabs = [["Curves", curves], ["Scenario", ron]].map(([name, of]) => [element("button", {
    role: "tab", id: `tab-${of.id}`, "aria-controls": of.id, onclick: () => turn(name),
    onkeydown: (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      event.preventDefault();
      turn(other[name]);
      tabs.find(([, , to]) => to === other[name])[0].focus();
    },
  }, name), of, name]);
  function turn(wanted) {
    for (const [tab, of, name] of tabs) {
      tab.setAttribute("aria-selected", name === wanted);
      tab.tabIndex = name === wanted ? 0 : -1;
      of.hidden = name !== wanted;
    }
  }
  here.append(
    element("h1", {}, "The mouse"),
    element("p", { class: "lead" }, "A wild type beside a mouse that you edit. Both have the same luck: what differs comes of what you changed."),
    element("div", { class: "bench" }, panel, element("div", {}, element("div", { class: "tabs", role: "tablist", "aria-label": "Of the run" }, tabs.map(([tab]) => tab)), curves, ron)),
  );
  turn("Curves");
  list();
  note();
  if (own !== null) text.value = own;
  renew();
  watch.run();
  return () => {
    Object.assign(typed, { own, beside: JSON.stringify(edits()) });
    watch.stop();
  };
}
