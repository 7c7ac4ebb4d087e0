// Times and ages as text. They follow the desk's clock: the browser's clock is corrected by the difference.

let ahead = 0;

/** Set the desk's time. */
export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** Return "10:02", or "3 Nov 10:02" if it is on another day. */
export function clock(at) {
  const when = new Date(at);
  const today = new Date(Date.now() + ahead);
  return when.toDateString() === today.toDateString() ? CLOCK.format(when) : `${DAY.format(when)} ${CLOCK.format(when)}`;
}

/** Return "just now", "4 min", "2 h 5 min" or "3 days". */
export function age(since) {
  const minutes = Math.floor((Date.now() + ahead - Date.parse(since)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** Update all ages on the page. */
export function tick() {
  for (const element of document.querySelectorAll("time[data-since]")) {
    const text = age(element.dataset.since);
    if (element.textContent !== text) element.textContent = text;
  }
}
