// The dialog with a form that the desk opens. Esc closes it, and the focus returns to where it was.

import { byId, h, say } from "/static/dom.js";
import { insist, newId, Unreachable } from "/static/api.js";

/**
 * Open `form` for `person`. `about` is the id of the message whose button opened it. `done(answer)` is called when the
 * desk has accepted the form, `closed()` when the dialog closes for whatever reason.
 */
export function openForm(form, { person, about, done, closed }) {
  const dialog = byId("dialog");
  const fields = form.fields.map(drawField);
  const trouble = h("p", { class: "problem", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: "primary" }, form.submit);
  const cancel = h("button", { type: "button", on: { click: () => dialog.close() } }, "Cancel");
  let id = newId();

  async function send(event) {
    event.preventDefault();
    if (submit.getAttribute("aria-disabled") === "true") return;
    const values = Object.fromEntries(fields.map((field) => [field.name, field.value()]));
    if (!complete(fields)) return;
    say(trouble, "");
    submit.setAttribute("aria-disabled", "true");
    try {
      const body = { id, person, message: about, form: form.name, context: form.context, values };
      const answer = await insist("/api/submit", body);
      id = newId();
      if (showProblems(fields, answer.problems)) return;
      dialog.close();
      done(answer);
    } catch (error) {
      const kept = error instanceof Unreachable ? " What you wrote is kept here; send it again in a moment." : "";
      say(trouble, `${error.message}${kept}`);
    } finally {
      submit.removeAttribute("aria-disabled");
    }
  }

  dialog.replaceChildren(
    h(
      "form",
      { novalidate: true, on: { submit: send } },
      h("h2", { id: "dialog-title" }, form.title),
      fields.map((field) => field.element),
      trouble,
      h("div", { class: "buttons" }, submit, cancel),
    ),
  );
  dialog.addEventListener("close", closed, { once: true });
  dialog.showModal();
  fields[0]?.focus();
}

function complete(fields) {
  const missing = fields.filter((field) => field.required && !field.value().trim());
  const problems = Object.fromEntries(missing.map((field) => [field.name, "This is needed."]));
  return !showProblems(fields, problems);
}

/** Show each field's problem and focus the first such field. Returns whether there is a problem. */
function showProblems(fields, problems) {
  for (const field of fields) field.complain(problems[field.name] ?? "");
  const first = fields.find((field) => problems[field.name]) ?? null;
  first?.focus();
  return Object.keys(problems).length > 0;
}

function drawField(field) {
  const id = `field-${field.name}`;
  const hint = field.hint && h("p", { class: "small", id: `${id}-hint` }, field.hint);
  const problem = h("p", { class: "problem", id: `${id}-problem`, hidden: true });
  const described = [hint && `${id}-hint`, `${id}-problem`].filter(Boolean).join(" ");
  const common = {
    id,
    name: field.name,
    "aria-describedby": described,
    "aria-required": field.required ? "true" : null,
  };
  const control = field.kind === "choice" ? choice(field, common) : text(field, common);
  const optional = field.required ? null : h("span", { class: "quiet" }, " optional");
  return {
    name: field.name,
    required: field.required,
    element: h("div", { class: "field" }, h("label", { for: id }, field.label, optional), hint, control, problem),
    value: () => control.value,
    focus: () => control.focus(),
    complain(what) {
      say(problem, what);
      control.setAttribute("aria-invalid", what ? "true" : "false");
    },
  };
}

function text(field, common) {
  const limits = { ...common, maxlength: field.max_length, autocomplete: "off" };
  const control = field.kind === "text" ? h("textarea", { ...limits, rows: 4 }) : h("input", { ...limits, type: "text" });
  control.value = field.value;
  return control;
}

function choice(field, common) {
  return h(
    "select",
    common,
    field.required ? null : h("option", { value: "" }, ""),
    field.options.map(([value, label]) => h("option", { value, selected: value === field.value }, label)),
  );
}
