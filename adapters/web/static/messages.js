// A list of messages: a conversation with the desk, or the thread of a case.

import { presser } from "/static/actions.js";
import { drawBlocks } from "/static/blocks.js";
import { arrive, h, insertInOrder, refill, say } from "/static/dom.js";
import { clock } from "/static/time.js";
import { announce } from "/static/announce.js";

const PROGRESS = { "": "Sending", sent: "Sent", delivered: "Delivered", failed: "Not delivered" };

/** A message and the notice below it. The notice stays when the content of the message changes. */
export class Frame {
  constructor(element, about, person) {
    this.element = element;
    this.content = h("div", { class: "content" });
    this.note = h("p", { class: "notice", hidden: true });
    element.append(this.content, this.note);
    arrive(element);
    this.press = presser({
      person,
      about,
      notice: (text) => this.notice(text),
      home: (action) => this.home(action).focus(),
    });
  }

  draw(blocks) {
    refill(this.content, drawBlocks(blocks, (button, element) => this.pressed(button, element)), () => this.home());
  }

  pressed(button, element) {
    return this.press(button, element);
  }

  notice(text) {
    say(this.note, text);
    if (text) announce(text);
  }

  /** Return the element that takes the focus if the focused element does not exist any more. */
  home(action) {
    const again = action && this.content.querySelector(`button[data-action="${CSS.escape(action)}"]`);
    const head = this.content.querySelector("h3");
    if (again || head) return again || head;
    this.element.tabIndex = -1;
    return this.element;
  }
}

export class MessageList {
  /** With `names`, each message shows its author. Without, all messages by people are the reader's own. */
  constructor(list, person, { names = false } = {}) {
    this.list = list;
    this.person = person;
    this.names = names;
    this.frames = new Map();
    this.waiting = new Map();
  }

  /** Show a new message, or the new state of one. Returns whether it is new. */
  show(message) {
    return message.person ? this.showPerson(message) : this.showDesk(message);
  }

  showDesk(message) {
    let frame = this.frames.get(message.id);
    const fresh = !frame;
    if (fresh) {
      frame = new Frame(h("li", { class: "message desk", "data-id": message.id }), message.id, this.person);
      this.frames.set(message.id, frame);
      insertInOrder(this.list, frame.element);
    }
    frame.draw(message.blocks);
    return fresh;
  }

  showPerson(message) {
    const known = this.list.querySelector(`[data-event="${CSS.escape(message.event_id)}"]`);
    const element = this.drawPerson(message.event_id, message.text, PROGRESS[message.progress], message);
    element.dataset.id = message.id;
    element.classList.toggle("trouble", message.progress === "failed");
    known?.remove();
    this.waiting.delete(message.event_id);
    insertInOrder(this.list, element);
    return !known;
  }

  /** Show what was typed before the desk has received it. */
  wait(item, word) {
    if (this.list.querySelector(`[data-event="${CSS.escape(item.id)}"]`)) return;
    const element = this.drawPerson(item.id, item.text, word, null);
    arrive(element);
    this.waiting.set(item.id, element);
    this.list.append(element);
  }

  /** Show the same progress at all messages that the desk has not received. */
  waitingFor(word) {
    for (const element of this.waiting.values()) element.querySelector(".progress").textContent = word;
  }

  /** Remove a message that was refused. */
  forget(item) {
    this.waiting.get(item.id)?.remove();
    this.waiting.delete(item.id);
  }

  drawPerson(event, text, word, message) {
    const name = this.names && message ? h("span", { class: "name" }, message.person.name) : null;
    const time = message && h("time", { datetime: message.at }, clock(message.at));
    const own = !message || message.person.id === this.person;
    return h(
      "li",
      { class: `message person ${own ? "own" : "other"}`, "data-event": event },
      h("p", { class: "text" }, text),
      h("p", { class: "small" }, name, time, h("span", { class: "progress" }, word)),
    );
  }
}
