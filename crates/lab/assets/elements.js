// Elements of the page by small functions. Nothing is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    // A state that is false is a state, too.
    if (typeof value === "boolean" && name.startsWith("aria-")) { node.setAttribute(name, value); continue; }
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const element = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
export const drawn = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** A number as people write it. */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, power] = value.toExponential(2).split("e");
    return `${Number(mantissa)}e${Number(power)}`;
  }
  return String(Number(value.toPrecision(3)));
}

/** A short line in the colour and stroke of an arm. */
export const swatch = (arm) =>
  drawn("svg", { width: 28, height: 8, "aria-hidden": "true" }, drawn("path", { class: `line a${arm % 6}`, d: "M1 4H27" }));

/** A row of a table of such titles. On a phone cells stand below each other, each with its title; roles say that it is a table all the same. */
export const row = (titles, attributes, [first, ...cells]) => element("tr", { role: "row", ...attributes },
  element("th", { scope: "row", role: "rowheader", class: "what" }, first),
  cells.map((cell, index) => element("td", { role: "cell", "data-label": titles[index + 1] }, element("div", {}, cell))));

/** A table, which may be wider than its place. */
export const table = (label, titles, body) => element("div", { class: "wide", role: "region", tabindex: 0, "aria-label": label }, element("table", { role: "table" },
  element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, titles.map((title) => element("th", { scope: "col", role: "columnheader" }, title)))),
  body));

/** What went wrong, with its places. */
export function trouble(told) {
  const faults = told.faults?.map((fault) => element("li", {}, `Line ${fault.line}, column ${fault.column}: ${fault.message}`));
  return element("div", { class: "error", role: "alert" }, told.error ?? String(told), faults && element("ul", {}, faults));
}

/** A field for a whole number. */
export function whole(label, value, low, high) {
  return element("input", { type: "number", value, min: low, max: high, step: 1, "aria-label": label, required: true });
}
