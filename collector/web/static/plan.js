// While a maintenance is typed, the page says what it will be worth. Without
// this script the same is said on the page that asks for confirmation.
"use strict";
(() => {
  const pauseMs = 300;
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const says = form.querySelector("[data-says]");
  let timer = 0, asked = 0;

  // The form's times are local to the agreement: the offset there is found by
  // asking for the wall time of a guess, twice for days on which clocks change.
  function instant(text) {
    const wall = Date.parse(text + "Z");
    if (Number.isNaN(wall)) return 0;
    let guess = wall;
    for (let i = 0; i < 2; i++) guess = wall - offset(guess);
    return guess;
  }
  function offset(ms) {
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, hourCycle: "h23",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(ms).map(p => [p.type, p.value]));
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(ms / 1000) * 1000;
  }

  async function ask() {
    const data = new FormData(form), from = instant(data.get("from")), to = instant(data.get("to"));
    const turn = ++asked;
    if (!from || !to) { tell([], false); return; }
    try {
      const answer = await fetch(form.dataset.preview + "?lang=" + document.documentElement.lang, { method: "POST", credentials: "same-origin",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ from, to, reason: data.get("reason"), rrule: data.get("rrule") || "", services: data.getAll("services"), emergency: data.has("emergency") }) });
      const doc = await answer.json();
      if (turn !== asked) return;
      if (answer.ok) tell(doc.warnings.length ? doc.warnings : [doc.text], doc.warnings.length > 0);
      else tell((doc.errors || []).map(e => e.detail), true);
    } catch (e) {
      // Offline: the confirmation says it.
    }
  }

  function tell(lines, warns) {
    says.classList.toggle("warns", warns);
    says.replaceChildren(...lines.map(line => Object.assign(document.createElement("p"), { textContent: line })));
  }
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, pauseMs); });
})();

// Sliders beside the fields of a "what if": moving one asks at once.
(() => {
  const form = document.querySelector("form[data-sliders]");
  if (!form) return;
  const bounds = { target: [95, 100, 0.01], notice: [0, 168, 1] };
  for (const [name, [min, max, step]] of Object.entries(bounds)) {
    const field = form.elements[name];
    const slider = Object.assign(document.createElement("input"), { type: "range", min, max, step, value: field.value });
    slider.setAttribute("aria-label", field.closest("label").textContent.trim());
    slider.addEventListener("input", () => { field.value = slider.value; });
    slider.addEventListener("change", () => form.requestSubmit());
    field.closest("label").after(slider);
  }
})();
