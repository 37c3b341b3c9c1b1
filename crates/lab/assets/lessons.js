// The lessons: predict, try, notice, answer, and only then the explanation.

import { get, post } from "./api.js";
import { Crowd } from "./crowd.js";
import { element, trouble } from "./elements.js";
import { Switch } from "./switch.js";
import { Watch } from "./watch.js";

const KEY = "done";
const done = () => new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));

/** What runs in a lesson. */
export function view(about, { kind, ...of }) {
  if (kind === "crowd") return new Crowd(of);
  if (kind === "switch") return new Switch(of);
  return new Watch(about, { scenario: async () => of.scenario, first: of.readouts, only: true, pictures: false });
}

export async function show(here, about, [id]) {
  const lessons = await get("/api/lessons");
  const lesson = lessons.find((one) => one.id === id);
  if (!lesson) {
    const were = done();
    here.append(
      element("h1", {}, "Lessons"), element("p", { class: "lead" }, "One question each: predict, try, notice, answer."),
      element("ol", { class: "lessons" }, lessons.map((one) => element("li", {}, element("a", { href: `#/lessons/${one.id}` },
        element("b", { class: were.has(one.id) ? "done" : "" }, one.title), one.predict.question)))),
    );
    return undefined;
  }
  const running = view(about, lesson.view);
  const rest = element("div", { hidden: true });
  // What there is to notice gives away what was predicted.
  const after = element("div", { hidden: true });
  running.start.addEventListener("click", () => (after.hidden = false));
  const verdict = element("div", { role: "status" });
  const predicted = element("p", { class: "note", role: "status" });
  const choices = (question, press) => element("div", { class: "choices" }, question.choices.map((choice, index) => element("button", { "data-choice": index, onclick: (event) => {
    for (const other of event.currentTarget.parentNode.children) other.setAttribute("aria-pressed", other === event.currentTarget);
    press(index, choice);
  } }, choice)));
  const step = (title, name, ...inside) => element("section", { class: `step ${name}` }, element("h2", {}, title), inside);
  rest.append(
    step("Try", "try", element("p", {}, lesson.try), running.body),
    after,
  );
  after.append(
    step("Notice", "notice", element("p", {}, lesson.notice)),
    step("Answer", "check", element("p", {}, lesson.check.question), choices(lesson.check, async (index) => {
      let judged;
      try {
        judged = await post("/api/answer", { lesson: lesson.id, choice: index });
      } catch (why) {
        verdict.replaceChildren(trouble(why));
        return;
      }
      if (!judged.right) {
        verdict.replaceChildren(element("p", { class: "bad" }, "Not so. Look at the curves again."));
        return;
      }
      sessionStorage.setItem(KEY, JSON.stringify([...done().add(lesson.id)]));
      verdict.replaceChildren(element("p", { class: "good" }, "Right."), element("p", {}, judged.because), element("h3", {}, "Why it is so"), element("p", {}, judged.explain));
    }), verdict),
  );
  here.append(
    element("p", { class: "note back" }, element("a", { href: "#/lessons" }, "All lessons")),
    element("h1", {}, lesson.title), element("p", { class: "lead" }, lesson.what),
    step("Predict", "predict", element("p", {}, lesson.predict.question), choices(lesson.predict, (_, choice) => {
      predicted.textContent = `You expect: ${choice} Now try it.`.replace(/([a-z]) Now/, "$1. Now");
      rest.hidden = false;
    }), predicted),
    rest,
  );
  return () => running.stop();
}
