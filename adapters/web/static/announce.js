// Announcements for screen readers: polite for what arrives, assertive for an urgent enquiry.

import { byId } from "/static/dom.js";

/** Announce `text`. A text equal to the last one is announced again. */
export function announce(text, { urgent = false } = {}) {
  const region = byId(urgent ? "assertive" : "polite");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
