"use strict";
// The charts are complete without this: it adds the cursor with its read-out (pointer or arrow
// keys, on all charts at once) and lets the legend switch configurations off and on.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = data.charts.map((chart) => {
    const figure = document.getElementById(chart.id);
    return {
      ...chart, figure, plot: figure.querySelector(".plot"),
      cursor: figure.querySelector(".cursor"), readout: figure.querySelector("output"),
    };
  });
  const hidden = new Set();
  let at = null;

  const number = (value) => (value === null ? "–" : value.toLocaleString("en"));

  const show = () => {
    for (const chart of charts) {
      chart.cursor.hidden = at === null;
      chart.readout.textContent = "";
      if (at === null) continue;
      chart.cursor.style.left = `${(100 * (at + 0.5)) / data.labels.length}%`;
      const values = chart.lines
        .filter((_, index) => !(chart.legend && hidden.has(index)))
        .map((line) => (chart.lines.length > 1 ? `${line.name} ` : "") + number(line.values[at]));
      chart.readout.textContent = `${data.labels[at]}  ${values.join(" · ")}`;
    }
  };

  const move = (to) => {
    at = to === null ? null : Math.max(0, Math.min(data.labels.length - 1, to));
    show();
  };

  for (const chart of charts) {
    chart.plot.addEventListener("pointermove", (event) => {
      const box = chart.plot.getBoundingClientRect();
      move(Math.floor(((event.clientX - box.left) / box.width) * data.labels.length));
    });
    chart.plot.addEventListener("pointerleave", () => move(null));
    chart.figure.addEventListener("keydown", (event) => {
      const stride = event.shiftKey ? 10 : 1;
      const last = data.labels.length - 1;
      const keys = {
        ArrowLeft: (at ?? last + 1) - stride, ArrowRight: (at ?? -1) + stride,
        PageUp: (at ?? 0) - 60, PageDown: (at ?? 0) + 60, Home: 0, End: last, Escape: null,
      };
      if (!(event.key in keys) || event.target !== chart.figure) return;
      event.preventDefault();
      move(keys[event.key]);
    });
    chart.figure.addEventListener("blur", () => move(null));
  }

  for (const button of document.querySelectorAll(".legend button")) {
    button.addEventListener("click", () => {
      const index = Number(button.dataset.line);
      const isShown = hidden.delete(index);
      if (!isShown) hidden.add(index);
      button.setAttribute("aria-pressed", String(isShown));
      for (const chart of charts.filter((one) => one.legend)) {
        for (const path of chart.plot.querySelectorAll(`[data-line="${index}"]`)) {
          path.classList.toggle("off", !isShown);
        }
      }
      show();
    });
  }
})();
