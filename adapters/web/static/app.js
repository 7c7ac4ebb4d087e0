// The page: the chat of one member of staff, the press desk, and the connection that both share.

import { announce } from "/static/announce.js";
import { connect } from "/static/connection.js";
import { compose } from "/static/composer.js";
import { byId, h, say } from "/static/dom.js";
import { MessageList } from "/static/messages.js";
import { Outbox } from "/static/outbox.js";
import { panes } from "/static/panes.js";
import { chosen, offer } from "/static/people.js";
import { PressDesk } from "/static/press.js";
import { Queue } from "/static/queue.js";
import { setClock, tick } from "/static/time.js";

const LOST = "Connection lost. What you write is kept, and sent when it is back.";
const TICK = 10000;

class Page {
  constructor(hello) {
    const officer = chosen(hello.people, "officer", (one) => one.officer);
    this.staff = hello.staff;
    this.mine = `staff/${hello.staff}`;
    this.ready = false;
    this.word = "Sending";
    offer(byId("staff-as"), hello.people, "staff", hello.staff);
    offer(byId("press-as"), hello.people.filter((one) => one.officer), "officer", officer);
    const outboxOf = (person) => new Outbox(person, this.hooks());
    this.outboxes = new Map([...new Set([this.staff, officer])].map((person) => [person, outboxOf(person)]));
    this.conversation = new MessageList(byId("conversation"), this.staff);
    this.press = new PressDesk(officer, {
      outbox: this.outboxes.get(officer),
      replyPrefixes: hello.reply_prefixes,
      changed: (unclaimed) => (document.title = unclaimed ? `(${unclaimed}) Policy Desk` : "Policy Desk"),
    });
    this.press.count();
    this.queue = new Queue(officer);
    this.composer = compose(byId("ask"), { person: this.staff, at: this.mine, outbox: this.outboxes.get(this.staff) });
    this.offerExamples(hello.examples);
    this.panes = panes();
  }

  hooks() {
    const place = (item) => (item.at === this.mine ? this : this.press);
    return {
      shown: (item) => place(item).wait(item, this.word),
      taken: (item, answer) => place(item).taken(item, answer),
      refused: (item, reason) => place(item).refused(item, reason),
    };
  }

  offerExamples(examples) {
    const ask = (text) => this.outboxes.get(this.staff).add(this.mine, text);
    const offered = examples.map((text) =>
      h("li", {}, h("button", { type: "button", on: { click: () => ask(text) } }, text)),
    );
    byId("examples").replaceChildren(...offered);
    byId("staff-empty").hidden = examples.length === 0;
  }

  show(message) {
    const own = message.conversation === this.mine;
    const scroll = byId("conversation").parentElement;
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    const fresh = own ? this.conversation.show(message) : this.press.show(message);
    if (!own) this.queue.stir();
    if (own && message.person) byId("staff-empty").hidden = true;
    if (own && atEnd) scroll.scrollTop = scroll.scrollHeight;
    if (!fresh || !this.ready) return;
    this.panes.arrived(own ? "staff" : "press");
    if (!own) this.press.announce(message);
    else if (message.summary) announce(message.summary);
  }

  wait(item, word) {
    byId("staff-empty").hidden = true;
    this.conversation.wait(item, word);
    const scroll = byId("conversation").parentElement;
    scroll.scrollTop = scroll.scrollHeight;
  }

  taken(_, answer) {
    this.say(answer.notice);
  }

  refused(item, reason) {
    this.conversation.forget(item);
    this.composer.restore(item.text);
    this.say(`Not sent. ${reason}`);
  }

  say(text) {
    say(byId("ask").querySelector(".notice"), text);
    if (text) announce(text);
  }

  lost() {
    this.waitingFor("Waiting for the connection");
  }

  back() {
    this.waitingFor("Sending");
    for (const outbox of this.outboxes.values()) this.ready ? outbox.flush() : outbox.resume();
    this.ready = true;
    this.queue.stir();
    document.body.classList.add("live");
  }

  waitingFor(word) {
    this.word = word;
    this.conversation.waitingFor(word);
    this.press.waitingFor(word);
  }
}

let page = null;

connect(new URLSearchParams(location.search).get("staff") ?? "", {
  event(data) {
    if (data.type === "hello") {
      setClock(data.now);
      say(byId("knowledge"), data.knowledge);
      page ??= new Page(data);
    } else if (data.type === "message") page.show(data.message);
    else if (data.type === "knowledge") say(byId("knowledge"), data.status);
  },
  lost() {
    say(byId("connection"), LOST);
    page?.lost();
  },
  back() {
    say(byId("connection"), "");
    page.back();
  },
});

setInterval(tick, TICK);
