// The WebSocket over which all messages come. After an interruption it reconnects and asks for what changed.

import { greeting, isShutOut } from "/static/api.js";

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
    socket.addEventListener("close", async () => {
      on.lost();
      if (await isShutOut()) {
        location.reload(); // the answer says what to open
        return;
      }
      setTimeout(open, WAITS[Math.min(tries++, WAITS.length - 1)]);
    });
  }

  open();
}
