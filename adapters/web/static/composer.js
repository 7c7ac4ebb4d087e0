// An input line: Enter sends, Shift and Enter begins a new line, and what is not sent yet outlives the page.

import { draft } from "/static/outbox.js";

/** Make `form` write as `person` to the conversation `at`. `typed(text)` at each change, when given. */
export function compose(form, { person, at, outbox, typed = () => {} }) {
  const input = form.querySelector("textarea");

  function changed() {
    draft.set(person, at, input.value);
    typed(input.value);
  }

  input.value = draft.get(person, at);
  typed(input.value);
  input.addEventListener("input", changed);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    changed();
    outbox.add(at, text);
    input.focus();
  });
  return {
    /** Put back what was not taken, unless something else is being written. */
    restore(text) {
      if (!input.value) {
        input.value = text;
        changed();
      }
    },
  };
}
