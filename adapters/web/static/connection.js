// The WebSocket over which all messages come. After an interruption it reconnects and asks for what changed.

import { greeting } from "/static/api.js";

const WRONG_TOKEN = 4403; // see websocket.py
const WAITS = [300, 600, 1200, 2500, 5000];

/**
 * Connect as `staff`, and reconnect whenever the connection is lost. `on.event(data)` gets each message of the desk,
 * `on.lost()` and `on.back()` tell of the connection. The last revision seen is not stored: a page that is loaded asks
 * for all messages.
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
      if (code === WRONG_TOKEN) {
        location.reload();
        return;
      }
      on.lost();
      setTimeout(open, WAITS[Math.min(tries++, WAITS.length - 1)]);
    });
  }

  open();
}
