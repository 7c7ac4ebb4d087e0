// Times as people say them. The desk's clock counts: what the browser's own says is corrected by the difference.

let ahead = 0;

/** Learn what time it is at the desk. */
export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** 10:02, or 3 Nov 10:02 on another day. */
export function clock(at) {
  const when = new Date(at);
  const today = new Date(Date.now() + ahead);
  return when.toDateString() === today.toDateString() ? CLOCK.format(when) : `${DAY.format(when)} ${CLOCK.format(when)}`;
}

/** just now, 4 min, 2 h 5 min, 3 days. */
export function age(since) {
  const minutes = Math.floor((Date.now() + ahead - Date.parse(since)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** Keep every age on the page right. */
export function tick() {
  for (const element of document.querySelectorAll("time[data-since]")) {
    const text = age(element.dataset.since);
    if (element.textContent !== text) element.textContent = text;
  }
}
