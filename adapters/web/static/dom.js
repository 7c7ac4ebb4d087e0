// Small helpers for building the page. Strings become text nodes: nothing that a person wrote is ever parsed.

/** An element. Attributes that are false, null or undefined are left out; `on` maps event names to listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, ...rest } = attributes;
  for (const [name, value] of Object.entries(rest)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** Show a text in an element, and hide the element when there is none. */
export function say(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

/** Let an element that came while somebody was looking come in gently; what was there before just stands there. */
export function arrive(element) {
  if (!document.body.classList.contains("live")) return;
  element.classList.add("arriving");
  element.addEventListener("animationend", () => element.classList.remove("arriving"), { once: true });
}

/** Insert `element` into `list`, whose elements are ordered by `data-id`. */
export function insertInOrder(list, element, { newestFirst = false } = {}) {
  const id = element.dataset.id;
  const after = [...list.children].find((other) =>
    newestFirst ? other.dataset.id < id : (other.dataset.id ?? "~") > id,
  );
  list.insertBefore(element, after ?? null);
}

/**
 * Replace what is in `holder`. Whoever was on a button in it stays on the button of the same action; when that is gone,
 * `fallback` gets the focus. Folds that were open stay open.
 */
export function refill(holder, content, fallback) {
  const focused = holder.contains(document.activeElement) ? document.activeElement : null;
  const action = focused?.dataset.action;
  const open = holder.querySelector("details")?.open ?? false;
  holder.replaceChildren(...content);
  const fold = holder.querySelector("details");
  if (fold) fold.open = open;
  if (!focused) return;
  const again = action && holder.querySelector(`button[data-action="${CSS.escape(action)}"]`);
  (again || fallback())?.focus();
}
