// What makes pages nicer where scripts run. Nothing here is needed: every page works without.
// No words in here: they come with the page, in data attributes.
(() => {
  "use strict";
  const on = (type, act) => document.addEventListener(type, act);
  const near = (event, selector) => event.target instanceof Element && event.target.closest(selector);

  // The list of errors is what a person who just sent a form wants to hear and see first.
  document.querySelector(".error-summary")?.focus();

  // Parts a person opened stay open on this page for this visit: <details data-remember="name">.
  const key = (details) => `open:${location.pathname}:${details.dataset.remember}`;
  const store = (act) => { try { return act(sessionStorage); } catch { return null; } };
  for (const details of document.querySelectorAll("details[data-remember]")) {
    const state = store((kept) => kept.getItem(key(details)));
    if (state !== null) details.open = state === "yes";
    details.addEventListener("toggle", () => store((kept) => kept.setItem(key(details), details.open ? "yes" : "no")));
  }

  // The menu of the signed-in person closes when one goes on elsewhere.
  const closeMenu = (but) => document.querySelectorAll("details.me[open]").forEach((menu) => {
    if (menu !== but) menu.open = false;
  });
  on("click", (event) => closeMenu(near(event, "details.me")));
  on("keydown", (event) => { if (event.key === "Escape") closeMenu(null); });

  // A form is sent once; again only after a while (the network was gone, or a file came back and
  // the page stayed) or when the page is taken back from the browser's memory.
  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(release, 20000, form);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach((form) => release(form));
  });

  // What was typed into a form that is sent after the session has ended comes back after signing in. Kept in this
  // tab only until the next page; no passwords, tokens or files.
  const unsent = "unsent";
  const entry = document.querySelector("form[action='/dang-nhap']");
  const here = () => location.pathname + location.search;
  const kept = JSON.parse(store((place) => place.getItem(unsent)) ?? "null");
  const typed = (form) => [...form.elements]
    .filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type));
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form === entry) return;
    const fields = typed(form).map((field) => [field.name, field.type, field.value, field.checked === true]);
    store((place) => place.setItem(unsent, JSON.stringify({ page: here(), action: form.getAttribute("action"), fields })));
  });
  if (entry && kept) {
    const note = document.querySelector("[data-unsent]");
    if (note) note.hidden = false;
  } else if (kept) {
    store((place) => place.removeItem(unsent));
    const form = document.querySelector(`main form[method=post][action="${CSS.escape(kept.action)}"]`) ??
      [...document.querySelectorAll("main form")].find((one) => one.getAttribute("action") === kept.action);
    const signedIn = document.referrer && new URL(document.referrer).pathname === "/dang-nhap";
    if (form && signedIn && kept.page === here()) addEventListener("load", () => refill(form));
  }
  const refill = (form) => {
    for (const [name, type, value, checked] of kept.fields) {
      const all = () => typed(form).filter((field) => field.name === name);
      const group = name.split("/")[0];
      const add = form.querySelector(`[data-rows="${CSS.escape(group)}"] [data-add-row]`);
      for (let rows = 0; rows < 100 && add && all().length === 0; rows += 1) add.click();
      const choice = type === "radio" || type === "checkbox";
      for (const field of all()) {
        if (!choice) field.value = value;
        else if (field.value === value) field.checked = checked;
      }
    }
    form.closest("details")?.setAttribute("open", "");
    const note = document.querySelector("[data-restored]");
    if (note) { note.hidden = false; note.scrollIntoView({ block: "center" }); }
  };

  // One more row of a repeated group, made from the group's template.
  on("click", (event) => {
    const button = near(event, "[data-add-row]");
    const group = button && button.closest("[data-rows]");
    const model = group && group.querySelector(":scope > template");
    if (!model) return;
    event.preventDefault();
    const name = group.dataset.rows;
    const numbers = [...group.querySelectorAll("input, select, textarea")]
      .filter((field) => field.name.startsWith(`${name}/`))
      .map((field) => Number.parseInt(field.name.slice(name.length + 1), 10))
      .filter(Number.isInteger);
    const next = String(Math.max(-1, ...numbers) + 1);
    const row = model.content.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("__row__")) attribute.value = attribute.value.replaceAll("__row__", next);
      }
    }
    const number = group.querySelectorAll(":scope > .row-of").length + 1;
    for (const place of row.querySelectorAll("[data-row-number]")) place.textContent = String(number);
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    model.before(row);
    first?.focus();
  });

  // The share of two numbers while they are typed, with a decimal comma as in the fields.
  const read = (field) => {
    const text = field.value.trim();
    if (!/^(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/.test(text)) return NaN;
    return Number(text.replaceAll(".", "").replace(",", "."));
  };
  const showShare = (group) => {
    const [part, whole] = [...group.querySelectorAll("input")].map(read);
    const output = group.querySelector("output");
    if (!output) return;
    const known = whole > 0 && part >= 0;
    const share = known ? `${(part / whole * 100).toFixed(2).replace(/\.?0+$/, "").replace(".", ",")}%` : "";
    output.textContent = known && part > whole ? `${share}: ${output.dataset.over}` : share;
    output.classList.toggle("wrong", known && part > whole);
  };
  // A date in our order and with its weekday: the field itself follows the browser's language.
  const showDate = (output) => {
    const value = document.getElementById(output.htmlFor.value)?.value ?? "";
    const day = value ? new Date(`${value}T00:00:00Z`).getUTCDay() : NaN;
    const words = output.dataset.date.split(",")[day];
    output.textContent = words ? `${words}, ${value.split("-").reverse().join("/")}` : "";
  };

  document.querySelectorAll("[data-share]").forEach(showShare);
  document.querySelectorAll("[data-date]").forEach(showDate);
  on("input", (event) => {
    const group = near(event, "[data-share]");
    if (group) showShare(group);
    const date = near(event, ".with-unit")?.querySelector?.("[data-date]");
    if (date) showDate(date);
  });
})();
