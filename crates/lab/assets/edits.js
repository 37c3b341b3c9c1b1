// What is changed in the mouse, kept from page to page.

const KEY = "edits";
const NONE = { genes: {}, stat5: false, deplete: [], doses: [] };

export function edits() {
  try {
    return { ...structuredClone(NONE), ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return structuredClone(NONE);
  }
}

export function keep(changed) {
  sessionStorage.setItem(KEY, JSON.stringify(changed));
}

/** Whether what a box of the pathways stands for is off. */
export function isOff(knock) {
  const now = edits();
  return knock?.signal ? now.stat5 : now.genes[knock?.gene] === 0;
}

export function toggle(knock) {
  const now = edits();
  if (knock.signal) now.stat5 = !now.stat5;
  else if (now.genes[knock.gene] === 0) delete now.genes[knock.gene];
  else now.genes[knock.gene] = 0;
  keep(now);
}
