// The two panes of a narrow page, which shows one at a time. The other one's button counts its new messages.

/** Connect the buttons. Returns `arrived(pane)`, which counts a message unless the pane is visible. */
export function panes() {
  const news = { staff: 0, press: 0 };
  const buttons = [...document.querySelectorAll(".tabs button")];

  function draw() {
    for (const button of buttons) {
      const { pane } = button.dataset;
      const count = button.querySelector(".count");
      button.setAttribute("aria-pressed", String(pane === document.body.dataset.pane));
      count.hidden = news[pane] === 0;
      count.textContent = `${news[pane]} new`;
    }
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      document.body.dataset.pane = button.dataset.pane;
      news[button.dataset.pane] = 0;
      draw();
    });
  }
  return {
    arrived(pane) {
      if (pane === document.body.dataset.pane) return;
      news[pane] += 1;
      draw();
    },
  };
}
