// The blocks of a message as elements. They have the same words and buttons as on every other platform.

import { h } from "/static/dom.js";
import { age, clock } from "/static/time.js";

const DRAW = {
  prose: drawProse,
  quote: ({ text, by }) =>
    h("figure", { class: "quote" }, h("blockquote", {}, text), by && h("figcaption", {}, by)),
  facts: ({ rows }) =>
    h("dl", { class: "facts" }, rows.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value)))),
  small: ({ text }) => h("p", { class: "small" }, text),
  case_head: drawCaseHead,
  history: drawHistory,
  mention: ({ names }) => names.length > 0 && h("p", { class: "small mention" }, `For the attention of ${names.join(", ")}`),
  buttons: drawButtons,
};

/** Return elements for `blocks`. The press of a button calls `press(button, element)`. */
export function drawBlocks(blocks, press) {
  return blocks.map((block) => DRAW[block.block](block, press)).filter(Boolean);
}

function drawProse({ html }) {
  const holder = h("div", { class: "prose" });
  // This HTML is safe: `to_html` in page_json.py makes it from Markdown by the desk or a policy's owner.
  holder.innerHTML = html;
  return holder;
}

function drawCaseHead({ reference, title, state, phase, since, deadline }) {
  return h(
    "header",
    { class: "case-head" },
    h("h3", { tabindex: "-1" }, h("span", { class: "reference" }, reference), " ", title),
    h("span", { class: "state", "data-phase": phase }, state),
    h("time", { datetime: since, "data-since": since, title: clock(since) }, age(since)),
    deadline && h("span", { class: "deadline" }, `deadline ${deadline}`),
  );
}

function drawHistory({ lines }) {
  if (lines.length === 0) return null;
  const last = lines[lines.length - 1];
  const line = ({ at, text }) => [h("time", { datetime: at }, clock(at)), " ", text];
  return h(
    "details",
    { class: "history" },
    h("summary", {}, h("span", {}, `History (${lines.length})`), h("span", { class: "latest" }, line(last))),
    h("ol", {}, lines.map((one) => h("li", {}, line(one)))),
  );
}

function drawButtons({ buttons }, press) {
  return h(
    "div",
    { class: "buttons" },
    buttons.map((button) =>
      h(
        "button",
        {
          type: "button",
          class: button.style,
          "data-action": button.action,
          "data-value": button.value,
          on: { click: ({ currentTarget }) => press(button, currentTarget) },
        },
        button.label,
      ),
    ),
  );
}
