// Who this window is: kept in its address, so that a reload keeps it and another window can be somebody else.

import { h } from "/static/dom.js";

/** The person that the address names for `role`, or the first of those `allowed`. */
export function chosen(people, role, allowed) {
  const named = new URLSearchParams(location.search).get(role);
  const candidates = people.filter(allowed);
  return (candidates.find((one) => one.id === named) ?? candidates[0]).id;
}

/** Offer `people` in `select`; choosing somebody else opens the page as them. */
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
