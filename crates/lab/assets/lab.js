// The pages, and which of them is open.

import { get } from "./api.js";
import { element, trouble } from "./elements.js";

const PAGES = {
  mouse: () => import("./mouse.js"),
  pathways: () => import("./pathways.js"),
  lessons: () => import("./lessons.js"),
  teacher: () => import("./teacher.js"),
};
const TITLES = { mouse: "The mouse", pathways: "Pathways", lessons: "Lessons", teacher: "Teacher" };
const main = document.getElementById("main");
const asked = get("/api/about");
let leave = null;

async function open() {
  leave?.();
  leave = null;
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const page = PAGES[name] ? name : "mouse";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash.startsWith(`#/${page}`)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${TITLES[page]} · paracrine lab`;
  const here = element("div");
  main.replaceChildren(here);
  try {
    const [about, module] = await Promise.all([asked, PAGES[page]()]);
    document.getElementById("to-teacher").hidden = !about.is_teacher;
    const left = await module.show(here, about, rest.map(decodeURIComponent));
    if (here.isConnected) leave = left;
    else left?.();
  } catch (why) {
    here.replaceChildren(element("h1", {}, "The lab"), trouble(why));
    if (why instanceof Error) console.error(why);
  }
}

// Its address is a place on the page, and no page.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => open().then(() => main.focus({ preventScroll: true })));
open();
