// Score sheets where scripts run: fields are reached with Enter and arrows, blocks are pasted from
// spreadsheets, criteria are judged by key. Every page works without.
(() => {
  "use strict";
  const figure = "input[inputmode=decimal]";
  const answer = `${figure}, select, input[type=radio]`;
  const fold = (text) => text.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
  const bare = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

  // What one line asks for, in reading order; the radios of a question are one.
  const answers = (line) => {
    const groups = new Map();
    for (const field of line.querySelectorAll(answer)) groups.set(field.name, [...(groups.get(field.name) ?? []), field]);
    return [...groups.values()];
  };
  const lines = () => [...document.querySelectorAll("[data-grid] tr[data-code]")].filter((line) => line.querySelector(answer));
  const inGrid = (event) => event.target instanceof Element && event.target.matches(answer) && event.target.closest("[data-grid] tr[data-code]");
  const column = (line, field) => answers(line).findIndex((group) => group.includes(field));

  const enter = (group) => {
    const field = group?.find((one) => one.checked) ?? group?.[0];
    if (!field) return;
    field.focus();
    if (field.matches(figure)) field.select();
    field.scrollIntoView({ block: "nearest" });
  };

  // Where the caret leaves a figure sideways: at its edge, or when all of it is marked.
  const leaves = (field, key) => {
    const [from, to, end] = [field.selectionStart, field.selectionEnd, field.value.length];
    return (from === 0 && to === end) || (from === to && from === (key === "ArrowLeft" ? 0 : end));
  };

  const walk = (event, line) => {
    const field = event.target;
    const all = lines();
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    let next;
    if (event.key === "Enter") {
      // Enter goes on like in a spreadsheet, Shift goes back; the sheet is sent with its button.
      const groups = all.flatMap(answers);
      next = groups[groups.findIndex((group) => group.includes(field)) + (event.shiftKey ? -1 : 1)];
    } else if (down && field.matches(figure)) {
      // Lists and radios keep their own arrows, so arrows pass them by.
      const other = all.filter((one) => one === line || one.querySelector(figure));
      const groups = answers(other[other.indexOf(line) + down] ?? line);
      next = groups[Math.min(column(line, field), groups.length - 1)];
    } else if (side && field.matches(figure) && leaves(field, event.key)) {
      next = answers(line)[column(line, field) + side];
      if (!next) return;
    } else return;
    event.preventDefault();
    enter(next);
  };

  // The panel's keys: j and k go down and up the units, 1 to 3 choose the verdict.
  const rows = () => [...document.querySelectorAll("tr[id^=f-judgements-]")];
  const judge = (event) => {
    const list = rows();
    const here = list.indexOf(document.activeElement?.closest("tr"));
    if (event.key === "j" || event.key === "k") {
      const row = list[Math.max(0, here + (event.key === "j" ? 1 : -1))];
      row?.focus();
      row?.scrollIntoView({ block: "nearest" });
    } else if (here >= 0 && "123".includes(event.key)) {
      const radio = list[here].querySelectorAll("input[type=radio][name$='/verdict']")[Number(event.key) - 1];
      if (!radio) return;
      event.preventDefault();
      radio.checked = true;
      const more = list[here].querySelector("details.score-note");
      if (!more || event.key === "1") return;
      more.open = true;
      // A change wants a figure first, a question only its words.
      more.querySelector(event.key === "2" ? "input, textarea" : "textarea")?.focus();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (!(event.target instanceof Element)) return;
    const form = event.target.closest("form.grid-form");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".save-bar .btn-primary"));
      return;
    }
    if (!bare(event)) return;
    const line = inGrid(event);
    if (line) walk(event, line);
    else if (!event.target.closest("input:not([type=radio]), select, textarea, a, button, summary")) judge(event);
  });

  // A block as spreadsheets copy it: cells between tabs, in quotes where they hold tabs or line ends.
  const block = (text) => {
    const found = [[]];
    for (const cell of text.matchAll(/(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r?\n|\r|$)/g)) {
      if (cell.index === text.length) break;
      found.at(-1).push((cell[1]?.replaceAll('""', '"') ?? cell[2]).trim());
      if (cell[3] && cell[3] !== "\t") found.push([]);
    }
    while (found.length > 1 && !found.at(-1).some(Boolean)) found.pop();
    return found;
  };

  const told = (field) => ["input", "change"].forEach((type) => field.dispatchEvent(new Event(type, { bubbles: true })));

  // Puts a cell's words into a question; false when it is none of its answers.
  const put = (group, text) => {
    const [first] = group;
    if (first.matches(figure)) {
      first.value = text;
      told(first);
      return true;
    }
    const options = first.matches("select") ? [...first.options].filter((option) => option.value) : group;
    const words = (option) => fold(option.text ?? option.labels[0]?.textContent ?? "");
    const chosen = options.find((option) => [fold(option.value), words(option)].includes(fold(text)));
    if (!chosen) return false;
    if (first.matches("select")) first.value = chosen.value;
    else chosen.checked = true;
    told(first.matches("select") ? first : chosen);
    return true;
  };

  const notApplicable = (line, text) => {
    const box = line.querySelector("input[type=checkbox][name$='/na']");
    if (!box || !["na", fold(box.labels[0]?.textContent ?? "")].includes(fold(text))) return false;
    box.checked = true;
    told(box);
    return true;
  };

  // Words behind the last question are the line's explanation.
  const note = (line, text) => {
    const field = line.querySelector("textarea[name$='/note']");
    if (!field || /^[\d.,\s]+$/.test(text)) return false;
    field.value = text;
    field.closest("details").open = true;
    told(field);
    return true;
  };

  // Fills one line from a question on; gives how many cells had no place.
  const fill = (line, from, cells) => {
    const groups = answers(line);
    const placed = (text, n) => {
      const group = groups[from + n];
      return (group && put(group, text)) || notApplicable(line, text) || (!group && note(line, text));
    };
    return cells.filter((text, n) => text && !placed(text, n)).length;
  };

  // The sheet's points while it is written: the server scores what stands there and keeps nothing.
  let [waiting, asked] = [0, null];
  const score = async (form, address) => {
    asked?.abort();
    asked = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(address, { method: "POST", body, signal: asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("[data-live=total]")) return;
      const part = (name) => page.querySelector(`[data-live="${name}"]`)?.childNodes ?? [];
      for (const live of document.querySelectorAll("[data-live]")) live.replaceChildren(...part(live.dataset.live));
      for (const line of lines()) line.className = page.getElementById(line.id)?.className ?? "";
    } catch {
      // No network, or typed on: the points stay as they were.
    }
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form.grid-form");
    const address = form?.querySelector("[data-try]")?.dataset.try;
    if (!address) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => score(form, address), 400);
  });

  document.addEventListener("paste", (event) => {
    const line = inGrid(event);
    const pasted = block(event.clipboardData?.getData("text/plain") ?? "");
    // One figure into one field is the browser's own work.
    if (!line || (pasted.length < 2 && pasted[0].length < 2 && event.target.matches(figure))) return;
    event.preventDefault();
    const all = lines();
    const known = new Map([...document.querySelectorAll("[data-grid] tr[data-code]")].map((one) => [one.dataset.code, one]));
    const full = pasted.filter((cells) => cells.some(Boolean));
    // With the codes in its first column a block finds its lines by them; else it goes on line by line.
    const coded = full.length > 0 && full.every((cells) => cells.length > 1 && known.has(cells[0])) && full.some((cells) => all.includes(known.get(cells[0])));
    let [reached, left] = [0, 0];
    pasted.forEach((cells, n) => {
      const target = coded ? known.get(cells[0]) : all[all.indexOf(line) + n];
      const rest = coded ? cells.slice(1) : cells;
      if (!rest.some(Boolean)) return;
      if (!target || !all.includes(target)) {
        left += rest.filter(Boolean).length;
        return;
      }
      reached += 1;
      left += fill(target, coded ? 0 : column(line, event.target), rest);
    });
    const said = event.target.form?.querySelector("[data-pasted]");
    if (said) said.textContent = (left ? said.dataset.left : said.dataset.pasted).replace("{n}", reached).replace("{left}", left);
  });
})();
