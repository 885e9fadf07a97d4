// Live parts change in place: on each change that the collector tells, the page
// is asked for again and its [data-live] parts are swapped. Without this script
// every page works the same, and shows what it knew when it was loaded.
"use strict";
(() => {
  const gapMs = 2000;        // between two refreshes at most this often
  const figuresMs = 15000;   // and this often where nothing but figures moved on
  const quietMs = 30000;     // with no change told, ages are brought up to date
  const staleMs = 90000;     // after this without an answer the page says so
  let fresh = Date.now(), timer = 0, due = 0, last = 0, busy = false, again = false;
  const stale = document.getElementById("stale");
  const loaded = () => new Date(fresh).toLocaleTimeString();

  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
      fresh = Date.now();
      stale.hidden = true;
    } catch (e) {
      // Offline: the page grows old, and says so below.
    } finally {
      busy = false;
      if (again) { again = false; soon(); }
    }
  }

  function swap(next) {
    document.title = next.title;
    for (const part of document.querySelectorAll("[data-live][id]")) {
      const other = next.getElementById(part.id);
      if (other && part.id === "plots" && window.probityPlots) { window.probityPlots(other); continue; }
      if (!other || part.contains(document.activeElement) || part.innerHTML === other.innerHTML) continue;
      for (const d of part.querySelectorAll("details[open][id]")) {
        const same = other.querySelector("#" + CSS.escape(d.id));
        if (same) same.open = true;
      }
      part.replaceChildren(...other.childNodes);
    }
  }

  function soon(event) {
    if (document.hidden) return;
    const gap = event && event.type === "statement" ? figuresMs : gapMs;
    const at = Math.max(Date.now() + 200, last + gap);
    if (timer && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => { timer = 0; refresh(); }, at - Date.now());
  }

  const events = new EventSource("/api/v1/events");
  for (const kind of ["state", "statement", "alert", "maintenance", "correction", "incident", "fault", "oncall", "report", "agent", "agreement", "resync"]) {
    events.addEventListener(kind, soon);
  }
  setInterval(() => {
    if (Date.now() - last > quietMs) soon();
    if (Date.now() - fresh > staleMs) {
      stale.textContent = document.body.dataset.stale + " " + loaded() + ".";
      stale.hidden = false;
    }
  }, 5000);
  document.addEventListener("visibilitychange", soon);
  addEventListener("pagehide", () => events.close());
})();
