// The press desk: a card for each case with its thread below. Closed cases are collapsed.

import { announce } from "/static/announce.js";
import { compose } from "/static/composer.js";
import { byId, h, insertInOrder, say } from "/static/dom.js";
import { Frame, MessageList } from "/static/messages.js";

const PRESS = "press";

class Card {
  constructor(about, { officer, outbox, replyPrefixes }) {
    this.phase = "";
    this.element = h("article", { class: "case", "data-id": about });
    this.frame = new Frame(this.element, about, officer);
    const list = h("ol", { class: "messages" });
    this.thread = new MessageList(list, officer, { names: true });
    const id = `inside-${about}`;
    this.label = h("label", { class: "unseen", for: id }, "");
    this.button = h("button", { type: "submit" }, "");
    const form = h(
      "form",
      { class: "composer" },
      this.label,
      h("textarea", { id, rows: 1, autocomplete: "off", placeholder: "Write below this case" }),
      this.button,
      h("p", { class: "notice", hidden: true }),
    );
    this.element.append(list, form);
    this.note = form.querySelector(".notice");
    // The button says where the text will go, because an internal note and a reply differ by only a few letters.
    const typed = (text) => {
      const begins = text.trim().toLowerCase();
      const toAsker = replyPrefixes.some((prefix) => begins.startsWith(prefix));
      this.button.textContent = toAsker ? "Send to asker" : "Post inside";
    };
    this.composer = compose(form, { person: officer, at: `press/${about}`, outbox, typed });
  }

  draw(message) {
    const head = message.blocks.find((block) => block.block === "case_head");
    this.phase = head?.phase ?? "claimed";
    this.element.dataset.phase = this.phase;
    this.label.textContent = head ? `Message about ${head.reference}` : "Message";
    this.frame.draw(message.blocks);
    const heading = this.element.querySelector("h3");
    if (heading) {
      heading.id = `case-${message.id}`;
      this.element.setAttribute("aria-labelledby", heading.id);
    }
  }
}

export class PressDesk {
  constructor(officer, { outbox, replyPrefixes, changed }) {
    this.context = { officer, outbox, replyPrefixes };
    this.changed = changed;
    this.cards = new Map();
  }

  /** Show a message of the press channel or of a thread. Returns whether it is new. */
  show(message) {
    if (message.conversation !== PRESS) return this.cardOf(message.conversation).thread.show(message);
    const card = this.card(message.id);
    const fresh = !card.phase;
    card.draw(message);
    this.place(card);
    this.count();
    return fresh;
  }

  announce(message) {
    announce(message.summary ?? `${message.person.name}: ${message.text}`, { urgent: message.urgent === true });
  }

  /** Return the card to which the thread `conversation` belongs. */
  cardOf(conversation) {
    return this.card(conversation.slice(PRESS.length + 1));
  }

  /** Return the card of a message. It is empty if messages of its thread come first, as after a change of the card. */
  card(id) {
    if (!this.cards.has(id)) this.cards.set(id, new Card(id, this.context));
    return this.cards.get(id);
  }

  wait(item, word) {
    this.cardOf(item.at).thread.wait(item, word);
  }

  waitingFor(word) {
    for (const card of this.cards.values()) card.thread.waitingFor(word);
  }

  taken(item, answer) {
    const card = this.cardOf(item.at);
    say(card.note, answer.notice);
    if (answer.notice) announce(answer.notice);
  }

  refused(item, reason) {
    const card = this.cardOf(item.at);
    card.thread.forget(item);
    card.composer.restore(item.text);
    say(card.note, `Not sent. ${reason}`);
    announce(`Not sent. ${reason}`);
  }

  /** Put a card into the list of open or of closed cases, newest first. If it had the focus, the next case gets it. */
  place(card) {
    const list = byId(card.phase === "closed" ? "closed-cases" : "cases");
    if (card.element.parentElement === list) return;
    const focused = card.element.contains(document.activeElement);
    insertInOrder(list, card.element, { newestFirst: true });
    if (focused) (byId("cases").querySelector("h3") ?? byId("closed").querySelector("summary")).focus();
  }

  count() {
    const phases = [...this.cards.values()].map((card) => card.phase).filter(Boolean);
    const closed = phases.filter((phase) => phase === "closed").length;
    byId("closed").hidden = closed === 0;
    byId("closed").querySelector(".count").textContent = closed;
    byId("press-empty").hidden = phases.length > closed;
    this.changed(phases.filter((phase) => phase === "unclaimed").length);
  }
}
