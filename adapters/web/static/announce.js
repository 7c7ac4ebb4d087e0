// What a screen reader is told of: politely what arrives, assertively an urgent enquiry.

import { byId } from "/static/dom.js";

/** Speak `text`. A text that is the same as the last is spoken again. */
export function announce(text, { urgent = false } = {}) {
  const region = byId(urgent ? "assertive" : "polite");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
