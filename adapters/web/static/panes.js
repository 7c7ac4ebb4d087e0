// On a narrow page only one desk is seen at a time; the other one's button counts what is new there.

/** Wire the buttons. `arrived(pane)` counts a message that may not be seen. */
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
