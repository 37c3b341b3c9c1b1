// Everything that is asked of the program.

/** The token of the link. It is taken out of the address bar, where a class would read it; the window alone keeps it, for when it is loaded anew. */
function tokenOfLink() {
  const written = new URLSearchParams(location.search).get("token");
  try {
    if (written === null) return sessionStorage.getItem("token") ?? "";
    sessionStorage.setItem("token", written);
    history.replaceState(history.state, "", location.pathname + location.hash);
  } catch {
    // A browser that keeps nothing for a window needs it where it is.
  }
  return written ?? "";
}

const fromLink = tokenOfLink();

/** This window, among others of the same person. */
export const visitor = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const headers = { "x-token": fromLink, "content-type": "application/json" };

async function told(response) {
  let answer;
  try {
    answer = await response.json();
  } catch {
    answer = { error: `The lab answers with ${response.status}.` };
  }
  if (!response.ok) throw answer;
  return answer;
}

const gone = () => ({ error: "The lab does not answer: is `paracrine lab` still running?" });

export async function get(path) {
  const response = await fetch(path, { headers }).catch(() => { throw gone(); });
  return told(response);
}

export async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => { throw gone(); });
  return told(response);
}

/** Why a run ended that was not at its end. */
export const replaced = ({ by }) => `This run was ended: ${by} began one, and a visitor has one at a time.`;

/** Asks for a run and hands each of its events to `receive(event, data)`. Ends with the run. */
export async function follow(path, body, signal, receive) {
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify({ visitor, ...body }), signal }).catch((why) => {
    throw why.name === "AbortError" ? why : gone();
  });
  if (!response.ok) await told(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const [event, data] = text.slice(0, end).split("\ndata: ");
      text = text.slice(end + 2);
      if (data !== undefined) receive(event.replace("event: ", ""), JSON.parse(data));
    }
  }
}
