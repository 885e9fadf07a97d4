// Plots drawn by the server become plots to look into: the value under the
// cursor, and a closer view of a stretch that is dragged over (double click goes
// back). The points come from the API; without this script the drawing stays.
"use strict";
(() => {
  const plots = [];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dashes = [[], [6, 2], [2, 2], [8, 2, 2, 2], [1, 3], [10, 4]];
  const ms = (v) => v == null ? "–" : v >= 1000 ? (v / 1000).toFixed(2) + " s" : v >= 10 ? v.toFixed(0) + " ms" : v.toFixed(2) + " ms";
  const zone = document.body.dataset.zone || "UTC";

  const part = (options) => { const f = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hourCycle: "h23", ...options }); return (t) => f.format(new Date(t * 1000)); };
  const clock = part({ hour: "2-digit", minute: "2-digit" }), second = part({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const full = part({ dateStyle: "short", timeStyle: "medium" }), day = (t) => full(t).slice(5, 10);
  const times = (_, list, a, b, step) => list.map((t) => step >= 86400 || clock(t) === "00:00" ? day(t) : step < 60 ? second(t) : clock(t));

  // table aligns the series by slot, with a hole where results are missing.
  function table(series) {
    return uPlot.join(series.map((s) => {
      const xs = [], ys = [], gaps = [];
      for (let i = 1; i < s.points.length; i++) gaps.push(s.points[i].slot - s.points[i - 1].slot);
      gaps.sort((a, b) => a - b);
      const usual = 2.5 * (gaps[gaps.length >> 1] || Infinity);
      s.points.forEach((p, i) => {
        if (i && p.slot - s.points[i - 1].slot > usual) { xs.push(s.points[i - 1].slot / 1000 + 1); ys.push(null); }
        xs.push(p.slot / 1000);
        ys.push(p.duration_us / 1000);
      });
      return [xs, ys];
    }));
  }

  async function points(source) {
    const answer = await fetch(source, { credentials: "same-origin" });
    if (!answer.ok) throw new Error("no points: " + answer.status);
    const doc = await answer.json();
    const series = doc.series.filter((s) => s.points.length > 0);
    series.window = [doc.from / 1000, doc.to / 1000];
    return series;
  }

  async function enhance(figure) {
    const series = await points(figure.dataset.plot);
    if (!series.length) return;
    const box = document.createElement("div");
    const axis = { stroke: css("--dim"), grid: { stroke: css("--hair"), width: 1 }, ticks: { stroke: css("--hair"), width: 1 }, font: "12px system-ui, sans-serif" };
    const p = { figure, window: series.window, count: series.length };
    // The whole is the window asked for, as in the timeline above; less is a closer view.
    const whole = (u, lo, hi) => lo <= u.data[0][0] && hi >= u.data[0][u.data[0].length - 1] ? p.window : [lo, hi];
    p.plot = new uPlot({
      width: figure.clientWidth, height: 170, tzDate: (t) => uPlot.tzDate(new Date(t * 1000), zone),
      cursor: { drag: { x: true, y: false } }, legend: { live: true },
      axes: [{ ...axis, space: 80, values: times }, { ...axis, size: 64, values: (_, v) => v.map(ms) }],
      scales: { x: { range: whole }, y: { range: (_, lo, hi) => [0, (hi || 1) * 1.05] } },
      series: [{ label: "", value: (_, t) => t == null ? "" : full(t) }, ...series.map((s, i) => ({
        label: s.location, stroke: css("--s" + (i % 6)), width: 1.2, dash: dashes[i % 6], points: { show: false }, value: (_, v) => ms(v),
      }))],
    }, table(series), box);
    for (const old of figure.querySelectorAll(".plot-box, figcaption .key")) old.remove();
    figure.append(box);
    plots.push(p);
  }

  let last = Date.now();
  // update takes the sources of a newer page, and leaves alone what is being looked at.
  window.probityPlots = async (page) => {
    if (Date.now() - last < 10000) return;
    last = Date.now();
    const figures = page.querySelectorAll("[data-plot]");
    for (const [i, p] of plots.entries()) {
      const { min, max } = p.plot.scales.x;
      const closer = min !== p.window[0] || max !== p.window[1];
      if (closer || !figures[i]) continue;
      const series = await points(figures[i].dataset.plot).catch(() => []);
      if (series.length !== p.count) continue;
      p.window = series.window;
      p.plot.setData(table(series));
    }
  };
  addEventListener("resize", () => { for (const p of plots) p.plot.setSize({ width: p.figure.clientWidth, height: 170 }); });
  for (const figure of document.querySelectorAll("[data-plot]")) enhance(figure).catch(() => { /* the drawing stays */ });
})();
