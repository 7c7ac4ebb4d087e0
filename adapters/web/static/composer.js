// An input field: Enter sends, Shift+Enter begins a new line. A draft is kept when the page is closed.

import { draft } from "/static/outbox.js";

/** Let `form` write as `person` to the conversation `at`. `typed(text)` is called at each change. */
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
    /** Put a text that was refused back into the field, unless something else is written there. */
    restore(text) {
      if (!input.value) {
        input.value = text;
        changed();
      }
    },
  };
}
