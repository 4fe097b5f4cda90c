// A chart, its table, and its picture. The server says what to draw; colours are looked up in the theme, so that
// light, dark and paper show the same chart. All words are drawn on a canvas or as text, never as markup.
import { echarts } from "nicegui-echart";

const PAPER = 960, MARGIN = 32, HEAD = 84, FOOT = 16, LEAD = 21, HEAVY = 500_000;
const shown = new Set();
const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// "var(--brand)" in an option is that colour of the theme
function tinted(value, style) {
  if (typeof value === "string") return /^var\(--[a-z0-9-]+\)$/.test(value) ? style.getPropertyValue(value.slice(4, -1)).trim() : value;
  if (Array.isArray(value)) return value.map((one) => tinted(one, style));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tinted(one, style)]));
  return value;
}

// read from across a room: what is a size grows with the screen
const SIZES = new Set(["fontSize", "lineHeight", "itemWidth", "itemHeight", "itemGap", "symbolSize", "barWidth", "barMaxWidth", "width", "top"]);
function larger(value, factor) {
  if (Array.isArray(value)) return value.map((one) => larger(one, factor));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, SIZES.has(key) && typeof one === "number" ? one * factor : larger(one, factor)]));
}

const line = (from, to, style) => ({ type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style });

const DRAWN = {
  // [low, high, row]: where the true share likely lies
  interval(params, api) {
    const a = api.coord([api.value(0), api.value(2)]), b = api.coord([api.value(1), api.value(2)]);
    const cap = Math.min(7, api.size([0, 1])[1] * 0.16), style = { stroke: api.visual("color"), lineWidth: 2 };
    const ends = [a, b].map(([x, y]) => line([x, y - cap], [x, y + cap], style));
    return { type: "group", children: [line(a, b, style), ...ends] };
  },
  // [today, done, end, low, high]: where this pace likely leads
  fan(params, api) {
    const points = [[0, 1], [2, 3], [2, 4]].map(([x, y]) => api.coord([api.value(x), api.value(y)]));
    return { type: "polygon", shape: { points }, style: { fill: api.visual("color"), opacity: 0.35 } };
  },
};

export default {
  template: `
  <section class="pd-card pd-graph" :class="{ 'pd-tabled': table && said.table.headings.length > 5 }" :aria-label="said.title">
    <div class="pd-graph-head">
      <h3>{{ said.title }}</h3>
      <template v-if="!said.empty && !said.bare">
        <button type="button" class="pd-graph-btn" :aria-label="'Show as ' + (table ? 'chart' : 'table') + ': ' + said.title" @click="turn"><span>Show as </span><b>{{ table ? 'chart' : 'table' }}</b></button>
        <button v-if="said.file" type="button" class="pd-graph-btn" :aria-label="'PNG: save as picture, ' + said.title" @click="$emit('save')">PNG</button>
      </template>
    </div>
    <p v-if="said.note" class="pd-graph-note">{{ said.note }}</p>
    <p v-if="said.empty" class="pd-graph-empty" :style="{ minHeight: Math.min(said.height, 110) + 'px' }">{{ said.empty }}</p>
    <div v-show="!table && !said.empty" ref="plot" class="pd-plot" :style="{ height: said.height + 'px' }" role="img" :aria-label="said.alt || said.title"></div>
    <div v-if="!said.empty" :class="table ? 'pd-graph-table' : 'pd-unseen'" :style="table ? { minHeight: said.height + 'px' } : null" :tabindex="table ? 0 : null" role="region" :aria-label="said.title + ', as a table'">
      <table>
        <thead><tr><th v-for="word in said.table.headings" scope="col">{{ word }}</th></tr></thead>
        <tbody>
          <tr v-for="(row, at) in said.table.rows" :key="said.keys ? said.keys[at] : at">
            <th scope="row"><button v-if="table && said.keys" type="button" @click="$emit('pick', said.keys[at])">{{ row[0] }}</button><template v-else>{{ row[0] }}</template></th>
            <td v-for="cell in row.slice(1)">{{ cell }}</td>
          </tr>
        </tbody>
      </table>
    </div>
  </section>`,
  props: { spec: String },
  data() {
    return { said: JSON.parse(this.spec), table: false };
  },
  watch: {
    spec(fresh) {
      this.said = JSON.parse(fresh);
      this.$nextTick(this.draw);
    },
  },
  mounted() {
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.$refs.plot);
    dark.addEventListener("change", this.draw);
    shown.add(this);
    this.draw();
  },
  beforeUnmount() {
    shown.delete(this);
    dark.removeEventListener("change", this.draw);
    this.watcher.disconnect();
    this.chart?.dispose();
  },
  methods: {
    begin() {
      this.chart = echarts.init(this.$refs.plot);
      const brush = this.chart.getZr();
      brush.on("click", (event) => {
        const key = this.keyAt(event);
        if (key) this.$emit("pick", key);
      });
      brush.on("mousemove", (event) => brush.setCursorStyle(this.keyAt(event) ? "pointer" : "default"));
    },
    draw() {
      if (this.said.empty || !this.$refs.plot?.offsetWidth || this.chart?.isDisposed()) return;
      if (!this.chart) this.begin();
      this.chart.resize();
      const option = this.option(getComputedStyle(document.documentElement), this.$refs.plot.offsetWidth);
      this.chart.setOption(option, { replaceMerge: ["series", "xAxis", "yAxis"] });
    },
    option(style, wide) {
      let option = tinted(JSON.parse(JSON.stringify(this.said.option)), style);
      if (this.said.bare) option = larger(option, Math.max(1, innerWidth / 1200));
      for (const one of option.series) if (one.type === "custom") one.renderItem = DRAWN[one.renderItem];
      // names get two fifths of the width
      const names = option.yAxis?.axisLabel;
      if (names?.overflow) names.width = Math.max(names.width, Math.min(260, wide * 0.4));
      // on the narrowest phones the legend takes two lines
      if (wide < 330 && option.series.length > 3) option.grid.top += 18;
      option.animation = !calm.matches;
      option.textStyle = { color: style.getPropertyValue("--ink").trim(), fontFamily: getComputedStyle(document.body).fontFamily };
      const tips = this.said.tips;
      if (tips && option.tooltip) option.tooltip.formatter = (at) => (tips[[at].flat().sort((a, b) => a.seriesIndex - b.seriesIndex)[0].dataIndex] || []).join("\n");
      return option;
    },
    // which bar lies under the finger: its whole row or column counts
    keyAt(event) {
      const { keys, across } = this.said, place = [event.offsetX, event.offsetY];
      if (!keys || !across || !this.chart.containPixel("grid", place)) return null;
      return keys[this.chart.convertFromPixel({ gridIndex: 0 }, place)[across === "x" ? 0 : 1]] ?? null;
    },
    turn() {
      this.table = !this.table;
      this.$nextTick(() => this.table || this.draw());
    },
    // the same chart on white, wide enough for paper and slides
    canvas(ratio, about = "") {
      const paper = document.createElement("div");
      paper.className = "pd-paper";
      document.body.append(paper);
      const style = getComputedStyle(paper), high = this.said.height;
      const chart = echarts.init(paper, null, { width: PAPER - 2 * MARGIN, height: high });
      chart.setOption({ ...this.option(style, PAPER), animation: false });
      const drawn = chart.renderToCanvas({ pixelRatio: ratio, backgroundColor: "#fff" });
      const lines = [...broken(this.said.note || ""), ...broken(about)], head = HEAD + Math.max(0, lines.length - 1) * LEAD;
      const whole = sheet(PAPER, head + high + FOOT, ratio), pen = whole.getContext("2d");
      words(pen, this.said.title, MARGIN, 36, "700 22px", style.getPropertyValue("--ink"));
      lines.forEach((said, at) => words(pen, said, MARGIN, 62 + at * LEAD, "400 15px", style.getPropertyValue("--muted")));
      pen.drawImage(drawn, MARGIN, head, PAPER - 2 * MARGIN, high);
      chart.dispose();
      paper.remove();
      return whole;
    },
    // for the server's PDF; what is too heavy for the line is drawn in fewer dots
    picture() {
      if (this.said.empty) return null;
      for (const ratio of [2, 1.5, 1]) {
        const url = this.canvas(ratio).toDataURL("image/png");
        if (url.length < HEAVY) return url;
      }
      return null;
    },
    // what it is about and its name come from the server at that moment
    save(head) {
      hand(this.canvas(2, head.about), head.file);
    },
    // the whole report as one picture: its name, its figures, its sentences, and every chart
    poster(head) {
      const parts = [...shown].filter((one) => !one.said.empty && one.$el.isConnected);
      parts.sort((a, b) => (a.$el.compareDocumentPosition(b.$el) & 4 ? -1 : 1));
      const charts = parts.map((one) => one.canvas(2));
      const under = broken(head.sub), low = (under.length - 1) * LEAD, lines = head.lines.flatMap((said) => broken(said, "500 16px"));
      const top = 200 + low + lines.length * 26;
      const whole = sheet(PAPER, charts.reduce((sum, one) => sum + one.height / 2, top), 2), pen = whole.getContext("2d");
      words(pen, head.title, MARGIN, 48, "760 30px", "#0f172a");
      under.forEach((said, at) => words(pen, said, MARGIN, 76 + at * LEAD, "400 15px", "#566274"));
      const wide = (PAPER - 2 * MARGIN) / head.figures.length;
      head.figures.forEach(([name, value, change], at) => {
        words(pen, value, MARGIN + at * wide, 132 + low, "740 30px", "#0f172a", wide);
        words(pen, `${name} ${change}`, MARGIN + at * wide, 156 + low, "400 14px", "#566274", wide - 8);
      });
      lines.forEach((said, at) => words(pen, said, MARGIN, 192 + low + at * 26, "500 16px", "#0f172a"));
      let y = top;
      for (const one of charts) { pen.drawImage(one, 0, y, PAPER, one.height / 2); y += one.height / 2; }
      hand(whole, head.file);
    },
  },
};

function sheet(wide, high, ratio) {
  const made = document.createElement("canvas");
  made.width = wide * ratio;
  made.height = high * ratio;
  const pen = made.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, wide, high);
  return made;
}

// a sentence in the lines that fit on the paper
function broken(said, weight = "400 15px") {
  const pen = document.createElement("canvas").getContext("2d"), lines = [];
  pen.font = `${weight} ${getComputedStyle(document.body).fontFamily}`;
  for (const word of said.split(" ").filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && pen.measureText(longer).width <= PAPER - 2 * MARGIN) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function words(pen, said, x, y, weight, colour, most = PAPER - 2 * MARGIN) {
  pen.font = `${weight} ${getComputedStyle(document.body).fontFamily}`;
  pen.fillStyle = colour.trim();
  pen.fillText(said, x, y, most);
}

function hand(canvas, file) {
  canvas.toBlob((blob) => {
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(blob);
    anchor.download = file;
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
  }, "image/png");
}
