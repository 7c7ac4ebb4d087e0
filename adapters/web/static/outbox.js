// Messages that the desk has not received yet, and drafts. They are in localStorage, so they outlive the page.

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
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // The storage is full or forbidden. The page still works, but what is typed is lost when it closes.
  }
}

function keysOf(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

/** The text that is being written, for each person and conversation. */
export const draft = {
  get: (person, at) => load(`policydesk.draft.${person}.${at}`, ""),
  set: (person, at, text) => keep(`policydesk.draft.${person}.${at}`, text),
};

/**
 * The messages of one person that the desk has not received, oldest first. `on.shown(item)` is called when one is
 * added, `on.taken(item, answer)` when the desk has committed it, `on.refused(item, reason)` when it has refused it.
 */
export class Outbox {
  constructor(person, on) {
    this.person = person;
    this.on = on;
    this.prefix = `policydesk.outbox.${person}.`;
    this.items = keysOf(this.prefix)
      .map((key) => load(key, null))
      .filter(Boolean)
      .sort((one, other) => one.made - other.made);
    this.busy = false;
  }

  /** Show and send the messages that an earlier page left behind. */
  resume() {
    this.items.forEach(this.on.shown);
    this.flush();
  }

  add(at, text) {
    const item = { id: newId(), at, text, made: Date.now() };
    this.items.push(item);
    keep(this.prefix + item.id, item);
    this.on.shown(item);
    this.flush();
  }

  /** Send all messages one after the other, so that they arrive in the order in which they were written. */
  async flush() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    while (this.items.length && (await this.sent(this.items[0]))) {
      keep(this.prefix + this.items.shift().id, null);
    }
    this.busy = false;
    if (this.items.length) this.timer = setTimeout(() => this.flush(), RETRY);
  }

  /** Send a message. Returns whether the desk has committed or refused it. */
  async sent(item) {
    try {
      this.on.taken(item, await post("/api/say", { id: item.id, person: this.person, at: item.at, text: item.text }));
    } catch (error) {
      if (error instanceof Unreachable) return false;
      this.on.refused(item, error.message);
    }
    return true;
  }
}
