// The press office's page, the same as in Slack and Teams: open cases by deadline, the officer's own, closed cases.
// The desk sends the whole page each time, and it replaces the one before.

import { presser } from "/static/actions.js";
import { announce } from "/static/announce.js";
import { post } from "/static/api.js";
import { drawBlocks } from "/static/blocks.js";
import { byId, h, say } from "/static/dom.js";

const PAGE = "page";
const PAUSE = 250; // milliseconds; changes within them cause one refresh

export class Queue {
  constructor(officer) {
    this.officer = officer;
    this.query = "";
    this.asked = 0;
    this.timer = 0;
    this.holder = byId("queue");
    this.title = byId("queue-title");
    this.note = this.holder.querySelector(".notice");
    this.buttons = [...document.querySelectorAll(".switch button")];
    this.press = presser({
      person: officer,
      about: PAGE,
      notice: (text) => this.notice(text),
      home: (action, gone) => this.focus(gone.closest("[data-card]").dataset.card, action, gone.dataset.value),
      answered: (answer) => (answer.view ? this.turn(answer.view) : this.refresh()),
    });
    for (const button of this.buttons) button.addEventListener("click", () => this.choose(button.dataset.shows));
  }

  /** Show the press channel or the page. */
  choose(shows) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.shows === shows));
    byId("channel").hidden = shows !== "channel";
    this.holder.hidden = shows !== "queue";
    if (!this.holder.hidden) this.refresh();
  }

  /** Refresh the page soon, because something has changed at the press desk. */
  stir() {
    if (this.holder.hidden || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.refresh();
    }, PAUSE);
  }

  async refresh() {
    const number = ++this.asked;
    try {
      const answer = await post("/api/view", { person: this.officer, query: this.query });
      if (number !== this.asked) return; // a later request will be answered
      if (answer.view) this.draw(answer.view);
      else this.notice(answer.notice);
    } catch (error) {
      this.notice(error.message);
    }
  }

  /** Show another page from its top. */
  turn(view) {
    this.asked++;
    this.query = view.query;
    this.notice("");
    this.draw(view);
    this.holder.scrollTop = 0;
    announce(view.title);
  }

  draw(view) {
    const focused = byId("queue-cards").contains(document.activeElement) ? document.activeElement : null;
    const card = focused?.closest("[data-card]")?.dataset.card;
    const action = focused?.dataset.action;
    const value = focused?.dataset.value;
    const open = new Set([...this.holder.querySelectorAll("details[open]")].map((one) => key(one)));
    this.title.textContent = view.title;
    byId("queue-cards").replaceChildren(...view.cards.map((one) => this.card(one)));
    for (const fold of this.holder.querySelectorAll("details")) fold.open = open.has(key(fold));
    if (focused) this.focus(card, action, value);
  }

  /** Focus a button again. If it does not exist any more, focus its case, or else the title of the page. */
  focus(card, action, value) {
    const again = [...this.holder.querySelectorAll("[data-card]")].find((one) => one.dataset.card === card);
    const same = [...(again?.querySelectorAll("button") ?? [])].filter((one) => one.dataset.action === action);
    const button = same.find((one) => one.dataset.value === value) ?? same[0];
    (button ?? again?.querySelector("h3") ?? this.title).focus();
  }

  card({ blocks, summary }) {
    const head = blocks.find((block) => block.block === "case_head");
    const content = drawBlocks(blocks, (button, element) => this.press(button, element));
    const holder = h("div", { class: "content" }, content);
    if (!head) return h("div", { class: "queue-part", "data-card": "" }, holder);
    return h("article", { class: "case", "data-card": head.reference, "data-phase": head.phase, "aria-label": summary }, holder);
  }

  notice(text) {
    say(this.note, text);
    if (text) announce(text);
  }
}

const key = (element) => element.closest("[data-card]").dataset.card;
