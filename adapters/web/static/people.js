// The people as whom this window acts. They are named in its URL, so a reload keeps them and each window has its own.

import { h } from "/static/dom.js";

/** Return the id of the person whom the URL names for `role`, or of the first person who is `allowed`. */
export function chosen(people, role, allowed) {
  const named = new URLSearchParams(location.search).get(role);
  const candidates = people.filter(allowed);
  return (candidates.find((one) => one.id === named) ?? candidates[0]).id;
}

/** Offer `people` in `select`. The choice of somebody else loads the page as that person. */
export function offer(select, people, role, current) {
  select.replaceChildren(
    ...people.map((one) => h("option", { value: one.id, selected: one.id === current }, one.name)),
  );
  select.addEventListener("change", () => {
    const address = new URL(location.href);
    address.searchParams.set(role, select.value);
    location.assign(address);
  });
}
