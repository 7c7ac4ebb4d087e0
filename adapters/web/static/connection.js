// The socket over which everything comes. It opens again by itself and asks for what changed in between.

import { greeting } from "/static/api.js";

const STRANGER = 4403;
const WAITS = [300, 600, 1200, 2500, 5000];

/**
 * Stay connected as `staff`. `on` has `event(data)` for what the desk says, `lost()` and `back()`.
 * The revision seen is kept only while the page lives: a page that is loaded starts from the beginning.
 */
export function connect(staff, on) {
  let since = 0;
  let tries = 0;

  function open() {
    const socket = new WebSocket(`ws://${location.host}/api/live`);
    socket.addEventListener("open", () => socket.send(greeting(staff, since)));
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "message") since = Math.max(since, event.message.revision);
      on.event(event);
      if (event.type === "caught_up") {
        tries = 0;
        on.back();
      }
    });
    socket.addEventListener("close", ({ code }) => {
      if (code === STRANGER) {
        location.reload();
        return;
      }
      on.lost();
      setTimeout(open, WAITS[Math.min(tries++, WAITS.length - 1)]);
    });
  }

  open();
}
