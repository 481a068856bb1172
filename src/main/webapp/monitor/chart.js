/** How far back a chart goes, in seconds. */
const KEPT = 600;

/** How much time a chart shows at least, in seconds, so that its first value has a time beside it. */
const SHOWN = 60;

/** Values that are further apart are not joined by a line, in seconds: nobody looked between them. */
const JOINED = 10;

const HEIGHT = 150;

/** Two lines over time, drawn by uPlot, with what they are at the moment in words for those who do not see it. */
export class Chart {
  #times = [];
  #values;
  #plot = null;
  #holder;
  #figure = document.createElement("figure");
  #now = document.createElement("span");
  #title;
  #names;
  #isSparse;

  /** @param isSparse whether the line goes on over times without a value */
  constructor(parent, title, names, isSparse) {
    this.#title = title;
    this.#names = names;
    this.#isSparse = isSparse;
    this.#values = names.map(() => []);
    const caption = document.createElement("figcaption");
    caption.append(title);
    names.forEach((name, n) => {
      const key = document.createElement("span");
      key.className = `key ${n === 0 ? "first" : "second"}`;
      caption.append(key, name);
    });
    this.#holder = document.createElement("div");
    this.#holder.setAttribute("role", "img");
    this.#figure.append(caption, this.#holder);
    parent.append(this.#figure);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#begin());
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#width, height: HEIGHT })).observe(this.#holder);
  }

  get #width() {
    return Math.max(100, this.#holder.clientWidth);
  }

  /**
   * @param time in seconds since 1970
   * @param values null where there is none
   */
  add(time, values) {
    if (time - this.#times.at(-1) > JOINED) {
      this.#push(time - JOINED / 2, values.map(() => null));
    }
    this.#push(time, values);
    while (this.#times[0] < time - KEPT) {
      this.#times.shift();
      this.#values.forEach((line) => line.shift());
    }
    const said = this.#names.map((name, n) => `${name} ${values[n] === null ? "…" : Math.round(values[n] * 10) / 10}`).join(", ");
    this.#holder.setAttribute("aria-label", `${this.#title}: ${said}`);
    if (this.#plot === null) {
      this.#begin();
    } else {
      this.#plot.setData([this.#times, ...this.#values]);
    }
  }

  /** What uPlot proposes for a single value is a day. */
  get #span() {
    const last = this.#times.at(-1);
    return [Math.min(this.#times[0], last - SHOWN), last];
  }

  #push(time, values) {
    this.#times.push(time);
    values.forEach((value, n) => this.#values[n].push(value));
  }

  #begin() {
    this.#plot?.destroy();
    const style = getComputedStyle(this.#figure);
    const probe = (name) => {
      this.#now.className = "probe";
      this.#now.style.color = `var(${name})`;
      this.#figure.append(this.#now);
      const colour = getComputedStyle(this.#now).color;
      this.#now.remove();
      return colour;
    };
    const axis = { stroke: probe("--soft"), grid: { stroke: probe("--line"), width: 1 }, ticks: { show: false }, font: `11px ${style.fontFamily}` };
    this.#plot = new window.uPlot(
      {
        width: this.#width,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { range: () => this.#span }, y: { range: (plot, least, most) => [0, Math.max(1, most * 1.1)] } },
        axes: [{ ...axis, values: "{HH}:{mm}:{ss}", space: 90, size: 26 }, { ...axis, size: 52 }],
        series: [{}, ...this.#names.map((name, n) => ({ label: name, stroke: probe(n === 0 ? "--first" : "--second"), width: 1.5, spanGaps: this.#isSparse, points: { show: false } }))],
      },
      [this.#times, ...this.#values],
      this.#holder,
    );
  }
}
