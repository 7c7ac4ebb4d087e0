// What somebody typed, until the desk has it. It outlives the page: it is kept in the browser's own storage.

import { post, newId, Unreachable } from "/static/api.js";

const RETRY = 2000;

function load(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(key, value) {
  try {
    if (value === null || value.length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page still works, but what is typed does not outlive it.
  }
}

/** A text that is still being written, by person and conversation. */
export const draft = {
  get: (person, at) => load(`policydesk.draft.${person}.${at}`, ""),
  set: (person, at, text) => keep(`policydesk.draft.${person}.${at}`, text),
};

/**
 * The messages of one person that are on their way, oldest first. `shown(item)` when one is on its way, `taken(item,
 * answer)` when the desk has it, `refused(item, reason)` when it never will.
 */
export class Outbox {
  constructor(person, { shown, taken, refused }) {
    this.person = person;
    this.key = `policydesk.outbox.${person}`;
    this.on = { shown, taken, refused };
    this.busy = false;
  }

  get items() {
    return load(this.key, []);
  }

  /** Show again what an earlier page left. */
  resume() {
    this.items.forEach(this.on.shown);
    this.flush();
  }

  add(at, text) {
    const item = { id: newId(), at, text };
    keep(this.key, [...this.items, item]);
    this.on.shown(item);
    this.flush(item);
  }

  /** Send all, in order. `fresh` is sent even where storage failed to keep it. */
  async flush(fresh) {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    for (let item = this.items[0] ?? fresh; item; item = this.items[0]) {
      try {
        const answer = await post("/api/say", { id: item.id, person: this.person, at: item.at, text: item.text });
        this.drop(item);
        this.on.taken(item, answer);
      } catch (error) {
        if (error instanceof Unreachable) {
          this.timer = setTimeout(() => this.flush(item), RETRY);
          break;
        }
        this.drop(item);
        this.on.refused(item, error.message);
      }
    }
    this.busy = false;
  }

  drop(item) {
    keep(this.key, this.items.filter((other) => other.id !== item.id));
  }
}
