// For the teacher: every lesson with its answers.

import { get } from "./api.js";
import { element } from "./elements.js";

export async function show(here) {
  const lessons = await get("/api/teacher");
  here.append(
    element("h1", {}, "For the teacher"),
    element("p", { class: "lead" }, "Each lesson takes ten to twenty minutes. Let pupils commit to a prediction before they run anything; the answer opens the explanation."),
    ...lessons.map((one) => element("section", {},
      element("h2", {}, element("a", { href: `#/lessons/${one.id}` }, one.title)),
      element("p", {}, one.what),
      element("p", {}, element("b", {}, "Predict: "), one.predict.question, " ", element("span", { class: "note" }, one.predict.choices.join(" / "))),
      element("p", {}, element("b", {}, "Notice: "), one.notice),
      element("p", {}, element("b", {}, "Answer: "), one.check.question, " ", element("b", { class: "good" }, one.check.choices[one.right]), ". ", one.because),
      element("p", {}, element("b", {}, "Why: "), one.explain),
      element("p", { class: "note" }, one.teacher))),
  );
}
