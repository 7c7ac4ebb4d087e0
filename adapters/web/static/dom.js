// Helpers that build the page. Strings become text nodes, so nothing that a person wrote is parsed as HTML.

/** Return an element. Attributes that are false, null or undefined are omitted. `on` maps event names to listeners. */
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

/** Return the element with this id. */
export const byId = (id) => document.getElementById(id);

/** Show a text in an element. An empty text hides the element. */
export function say(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

/** Fade an element in, unless the page is still loading its first messages. */
export function arrive(element) {
  if (!document.body.classList.contains("live")) return;
  element.classList.add("arriving");
  element.addEventListener("animationend", () => element.classList.remove("arriving"), { once: true });
}

/** Insert `element` into `list`, whose elements are ordered by their `data-id`. */
export function insertInOrder(list, element, { newestFirst = false } = {}) {
  const id = element.dataset.id;
  const after = [...list.children].find((other) =>
    newestFirst ? other.dataset.id < id : (other.dataset.id ?? "~") > id,
  );
  list.insertBefore(element, after ?? null);
}

/**
 * Replace the content of `holder`. If one of its buttons had the focus, the button with the same action gets it. If
 * there is none any more, the element that `fallback()` returns gets it. An open <details> stays open.
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
