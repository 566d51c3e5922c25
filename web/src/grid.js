// Score sheets where scripts run: cells are reached with arrows and Enter, blocks are pasted from
// spreadsheets, criteria are judged by key. Every page works without.
(() => {
  "use strict";
  const number = "input[inputmode=decimal]";
  const cells = (grid) => [...grid.querySelectorAll(number)];
  const inCell = (event) => event.target instanceof Element && event.target.matches(number) && event.target.closest("[data-grid]");
  const rows = () => [...document.querySelectorAll("tr[id^=f-judgements-]")];

  document.addEventListener("keydown", (event) => {
    const grid = inCell(event);
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (grid && step && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // Enter goes on like in a spreadsheet; the sheet is sent with its button.
      event.preventDefault();
      const all = [...document.querySelectorAll("[data-grid]")].flatMap(cells);
      const next = all[all.indexOf(event.target) + (event.shiftKey ? -step : step)];
      next?.focus();
      next?.select();
      return;
    }
    if (event.target instanceof Element && event.target.closest("input:not([type=radio]), select, textarea, a, button, summary")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const list = rows();
    const here = document.activeElement ? list.indexOf(document.activeElement.closest("tr")) : -1;
    if (event.key === "j" || event.key === "k") {
      const row = list[Math.max(0, here + (event.key === "j" ? 1 : -1))];
      row?.focus();
      row?.scrollIntoView({ block: "nearest" });
    } else if (here >= 0 && "123".includes(event.key)) {
      const radio = list[here].querySelectorAll("input[type=radio][name$='/verdict']")[Number(event.key) - 1];
      if (!radio) return;
      radio.checked = true;
      const more = list[here].querySelector("details.score-note");
      if (more && event.key !== "1") {
        more.open = true;
        more.querySelector("input, textarea")?.focus();
        event.preventDefault();
      }
    }
  });

  // Values of a pasted block fill the cells from this one on, in reading order.
  document.addEventListener("paste", (event) => {
    const grid = inCell(event);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const values = text.replace(/\r/g, "").replace(/\n$/, "").split(/[\t\n]/);
    if (!grid || values.length < 2) return;
    event.preventDefault();
    const all = cells(grid);
    const from = all.indexOf(event.target);
    values.forEach((value, n) => {
      const cell = all[from + n];
      if (!cell) return;
      cell.value = value.trim();
      cell.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
})();
