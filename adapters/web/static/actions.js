// Sends the press of a button on a message to the desk, and shows the answer.

import { insist, newId } from "/static/api.js";
import { openForm } from "/static/dialog.js";

/**
 * Return a function `press(button, element)` for the buttons on the message with the id `about`, pressed by `person`.
 * `notice(text)` shows what the desk says to that person alone. `home(action, element)` takes the focus if the button
 * does not exist any more. `answered(answer)` gets the whole answer.
 */
export function presser({ person, about, notice, home, answered = () => {} }) {
  async function press(button, element) {
    if (element.getAttribute("aria-disabled") === "true") return;
    element.setAttribute("aria-disabled", "true");
    notice("");
    try {
      const answer = await insist("/api/press", {
        id: newId(),
        person,
        message: about,
        action: button.action,
        value: button.value,
      });
      notice(answer.notice);
      const closed = () => back(button, element);
      if (answer.form) openForm(answer.form, { person, about, done, closed });
      else answered(answer);
    } catch (error) {
      notice(`Not done. ${error.message}`);
    } finally {
      element.removeAttribute("aria-disabled");
    }
  }

  function done(answer) {
    notice(answer.notice);
    answered(answer);
  }

  function back(button, element) {
    if (element.isConnected) element.focus();
    else home(button.action, element);
  }

  return press;
}
