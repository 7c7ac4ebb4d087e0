// What happens when a button on a message is pressed.

import { insist, newId } from "/static/api.js";
import { openForm } from "/static/dialog.js";

/**
 * A function that presses `button` on the message `about` for `person`. `notice(text)` shows what the desk says to that
 * person alone; `home(action, element)` takes the focus when the button is no longer there; `answered(answer)` gets all
 * that the desk answered.
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
