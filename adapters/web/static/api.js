// Requests to the desk. The page makes the id of each event, so that it can post the event again.

/** The desk cannot be reached, or cannot store anything at the moment. Trying again may help. */
export class Unreachable extends Error {}

/** The desk refused the request. Trying again does not help. */
export class Refused extends Error {}

/** Return the first message that the page sends over the WebSocket. */
export const greeting = (staff, since) => JSON.stringify({ staff, since });

/** Return whether the desk answers and does not know this page's cookie, as after a change of its database. */
export async function isShutOut() {
  try {
    return (await fetch("/", { method: "HEAD" })).status === 403;
  } catch {
    return false;
  }
}

/** Return a new id for an event. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Post an event. Returns `{notice, form, view, problems}` when the desk has committed it. */
export async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable("The desk cannot be reached.");
  }
  if (response.ok) return response.json();
  if (response.status === 503) throw new Unreachable("The desk cannot store anything just now.");
  const text = await response.text();
  throw new Refused(response.status === 413 ? "That is too long to be sent." : reason(text));
}

/** Post an event, and repeat it for at most `patience` milliseconds while the desk is unreachable. */
export async function insist(path, body, patience = 8000) {
  const until = performance.now() + patience;
  for (let wait = 300; ; wait *= 2) {
    try {
      return await post(path, body);
    } catch (error) {
      if (!(error instanceof Unreachable) || performance.now() + wait > until) throw error;
    }
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

function reason(text) {
  try {
    return JSON.parse(text).reason;
  } catch {
    return text;
  }
}
