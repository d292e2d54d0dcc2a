// Draws each chart from its own table, so that both say the same. Without it the tables are all there is.

const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const POINTS = ["circle", "rect", "triangle", "rectRot"];
const TILE = 12;
const NARROW = 400;

const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const charts = new Map();

// How a tile of each pattern is drawn over its colour: no two neighbours are told apart by colour alone.
const STROKES = [
  () => {},
  (tile) => line(tile, 0, TILE, TILE, 0),
  (tile) => line(tile, 0, 0, TILE, TILE),
  (tile) => line(tile, 0, TILE / 2, TILE, TILE / 2),
  (tile) => line(tile, TILE / 2, 0, TILE / 2, TILE),
  (tile) => dot(tile),
  (tile) => (line(tile, 0, TILE, TILE, 0), line(tile, 0, 0, TILE, TILE)),
  (tile) => (line(tile, 0, TILE / 2, TILE, TILE / 2), line(tile, TILE / 2, 0, TILE / 2, TILE)),
  (tile) => (dot(tile), line(tile, 0, 0, TILE, 0)),
];

function line(tile, fromX, fromY, toX, toY) {
  tile.beginPath();
  tile.moveTo(fromX, fromY);
  tile.lineTo(toX, toY);
  tile.stroke();
}

function dot(tile) {
  tile.beginPath();
  tile.arc(TILE / 2, TILE / 2, 2.5, 0, 2 * Math.PI);
  tile.fill();
}

const isNarrow = (chart) => chart.width < NARROW;
const sizeIn = (chart) => (isNarrow(chart) ? 12 : 14);

// The name of a bar; where there is little room, its last word stands on a line of its own.
function inLines(value) {
  const name = this.getLabelForValue(value);
  return isNarrow(this.chart) ? name.split(/ (?=[^ ]+$)/) : name;
}

function read(figure) {
  const drawn = Number(figure.dataset.drawn);
  const rows = [...figure.querySelectorAll("tbody tr")];
  const names = [...figure.querySelectorAll("thead th")].slice(1, drawn + 1).map((one) => one.textContent.trim());
  return {
    places: rows.map((row) => row.querySelector("th").textContent.trim()),
    labels: rows.map((row) => row.dataset.label ?? ""),
    series: names.map((name, place) => ({ name, values: rows.map((row) => valueOf(row.querySelectorAll("td")[place])) })),
  };
}

function valueOf(cell) {
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

function colours(figure) {
  const style = getComputedStyle(figure);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: named("ink"), hair: named("hair"), sheet: named("sheet"), font: style.fontFamily,
    series: Array.from({ length: 9 }, (_, place) => named(`chart-${place + 1}`)),
  };
}

function pattern(colour, sheet, place) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = TILE;
  const context = tile.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, TILE, TILE);
  context.fillStyle = context.strokeStyle = sheet;
  context.lineWidth = 1.5;
  STROKES[place % STROKES.length](context);
  return context.createPattern(tile, "repeat");
}

function sets(kind, table, look) {
  return table.series.map(({ name, values }, place) => {
    const colour = look.series[place % look.series.length];
    if (kind !== "lines") {
      return { label: name, data: values, backgroundColor: pattern(colour, look.sheet, place), borderColor: colour, borderWidth: 1 };
    }
    return {
      label: name, data: values, borderColor: colour, backgroundColor: colour, borderWidth: 2, borderDash: DASHES[place % 4],
      pointStyle: POINTS[place % 4], pointRadius: 4, tension: 0,
    };
  });
}

// Writes beside each bar what its row says of it.
function labels(table, look) {
  return {
    id: "labels",
    afterDatasetsDraw(chart) {
      const context = chart.ctx;
      context.save();
      context.fillStyle = look.ink;
      context.font = `${sizeIn(chart)}px ${look.font}`;
      context.textBaseline = "middle";
      chart.getDatasetMeta(0).data.forEach((bar, place) => context.fillText(table.labels[place], bar.x + 6, bar.y));
      context.restore();
    },
  };
}

function options(kind, look, count) {
  const across = kind === "across";
  const scale = (ticks) => ({
    stacked: kind === "stacked", beginAtZero: true, grid: { color: look.hair },
    ticks: { color: look.ink, font: ({ chart }) => ({ size: sizeIn(chart) }), ...ticks },
  });
  return {
    animation: calm.matches ? false : { duration: 300 },
    responsive: true,
    maintainAspectRatio: false,
    indexAxis: across ? "y" : "x",
    interaction: { mode: "index", intersect: false, axis: across ? "y" : "x" },
    layout: { padding: ({ chart }) => ({ right: across ? (isNarrow(chart) ? 84 : 110) : 0 }) },
    // The values stand beside the bars.
    scales: {
      x: scale(across ? { maxTicksLimit: 3, maxRotation: 0 } : {}),
      y: scale(across ? { callback: inLines, autoSkip: false } : {}),
    },
    plugins: {
      legend: { display: count > 1, position: "bottom", labels: { color: look.ink, usePointStyle: kind === "lines", boxWidth: 18 } },
    },
  };
}

function draw(figure) {
  const kind = figure.dataset.chart;
  const table = read(figure);
  const look = colours(figure);
  const plot = figure.querySelector("[data-plot]");
  charts.get(figure)?.destroy();
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", figure.querySelector("[data-reading]").textContent.trim());
  plot.replaceChildren(canvas);
  plot.hidden = false;
  charts.set(figure, new window.Chart(canvas, {
    type: kind === "lines" ? "line" : "bar",
    data: { labels: table.places, datasets: sets(kind, table, look) },
    options: options(kind, look, table.series.length),
    plugins: kind === "across" ? [labels(table, look)] : [],
  }));
}

function drawAll() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    if (figure.querySelector("[data-plot]")) draw(figure);
  }
}

window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
window.Chart.defaults.font.size = 14;
drawAll();
dark.addEventListener("change", drawAll);
calm.addEventListener("change", drawAll);
