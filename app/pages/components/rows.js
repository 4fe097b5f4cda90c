// A list of people or touches: one element on the server however long it is; the DOM keeps about thirty rows.
// `detail`: a row opens beside (or over) the list, with keys to walk it. `picks`: rows can be chosen, many at once.
export default {
  template: `
  <q-virtual-scroll ref="list" :items="lines" scroll-target="body" :virtual-scroll-item-size="high" :virtual-scroll-slice-size="24"
      role="group" class="pd-rows" :class="{ picking, many: cols > 1 }" v-slot="{ item: line }">
    <div v-if="line.h" class="pd-day" :key="line.id">{{ line.h }}</div>
    <div v-else class="pd-line-of" :class="'n' + cols" :key="line.id">
      <div v-for="r in line.of" class="pd-row" :key="r.id" :data-row="r.id" :class="{ chosen: r.id === chosen, picked: isOn(r.id) }"
          @pointerdown="press($event, r)" @pointermove="drift" @pointerup="release" @pointercancel="release" @contextmenu="held && $event.preventDefault()">
        <button v-if="picks" type="button" role="checkbox" class="pd-tick" :aria-checked="isOn(r.id) ? 'true' : 'false'" :aria-label="'Choose ' + r.n" @click.stop="tick($event, r)">
          <span class="pd-box" aria-hidden="true"><q-icon :name="logIcon"/></span></button>
        <a class="pd-row-main" :href="r.href" :aria-current="r.id === chosen ? 'true' : null" @click="open($event, r)" @focus="at = r.id">
          <span class="pd-avatar" aria-hidden="true"><q-icon v-if="r.icon" :name="r.icon"/><template v-else>{{ r.i }}</template>
            <span v-if="r.w !== undefined" class="pd-w" :class="r.t">{{ r.w }}</span></span>
          <span class="pd-row-text"><span class="pd-row-name">{{ r.n }}</span><span class="pd-row-sub">{{ r.s }}</span></span>
          <span class="pd-row-side"><span class="pd-row-when">{{ r.d }}</span>
            <span v-if="r.b" class="pd-chip small" :class="r.bt">{{ r.b }}</span><span v-if="r.c" class="pd-chip small none pd-row-camp">{{ r.c }}</span></span>
        </a>
        <q-btn v-if="r.log" flat round class="pd-icon-btn" :icon="logIcon" :aria-label="'Log activity with ' + r.n" @click="$emit('log', r.id)"/>
      </div>
    </div>
  </q-virtual-scroll>`,
  props: { initial: String, logIcon: String, detail: Boolean, picks: Boolean, cards: Boolean },
  data() {
    return {
      rows: JSON.parse(this.initial || "[]"), chosen: this.detail ? (location.pathname.split("/")[2] || null) : null,
      width: innerWidth, at: null, mode: false, all: false, on: new Set(), but: new Set(),
    };
  },
  computed: {
    cols() {
      if (!this.detail || this.width < 640) return 1;
      return this.width < 1024 ? 2 : this.cards && !this.chosen ? 3 : 1;
    },
    high() { return this.cols > 1 ? 80 : 68; },
    lines() {
      const lines = [];
      let line = null;
      for (const r of this.rows) {
        if (r.h) { lines.push({ id: "h" + r.h, h: r.h }); line = null; continue; }
        if (!line || line.of.length === this.cols) lines.push(line = { id: r.id, of: [] });
        line.of.push(r);
      }
      return lines;
    },
    picking() { return this.picks && (this.mode || this.all || this.on.size > 0); },
  },
  watch: { picking(now) { document.body.classList.toggle("pd-picking", now); } },
  mounted() {
    this.narrow = matchMedia("(max-width: 1023.98px)");
    if (!this.detail) return;
    this.narrow.addEventListener("change", this.cover);
    this.measure = () => { this.width = innerWidth; };
    addEventListener("resize", this.measure);
    document.addEventListener("keydown", this.key);
    document.addEventListener("pd-open", this.elsewhere);
    this.cover();
    this.back = (event) => {
      const [, screen, id] = location.pathname.split("/");
      if (screen !== "contacts") return;
      // the list is still here: no need to build the screen again
      event.stopImmediatePropagation();
      this.turn(id || null);
    };
    addEventListener("popstate", this.back, true);
  },
  unmounted() {
    clearTimeout(this.waits);
    document.body.classList.remove("pd-picking");
    if (!this.detail) return;
    removeEventListener("popstate", this.back, true);
    removeEventListener("resize", this.measure);
    document.removeEventListener("keydown", this.key);
    document.removeEventListener("pd-open", this.elsewhere);
    this.narrow.removeEventListener("change", this.cover);
    this.chosen = null;
    this.cover();
    document.body.classList.remove("pd-loading");
  },
  methods: {
    open(event, r) {
      if (this.held) { this.held = false; event.preventDefault(); event.stopPropagation(); return; }
      if (this.picks && (event.shiftKey || (this.picking && this.narrow.matches))) {
        event.preventDefault();
        event.stopPropagation();
        this.tick(event, r);
        return;
      }
      // a colleague's contact has no page of its own here: the link leads to the campaign
      if (r.away || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (!this.detail) { this.$emit("open", r.contact || r.id); return; }
      this.show(r.id);
      this.$emit("open", r.id);
    },
    // the panel slides in at the finger's touch; its content follows when the server has it
    show(id) {
      if (this.chosen !== id) document.body.classList.add("pd-loading");
      const many = this.cols;
      this.chosen = this.at = id;
      this.cover();
      document.querySelector(".pd-detail")?.scrollTo(0, 0);
      if (location.pathname !== "/contacts/" + id) history.pushState({ page: "/contacts/" + id }, "", "/contacts/" + id + location.search);
      if (this.narrow.matches) this.$nextTick(() => document.querySelector(".pd-close")?.focus({ preventScroll: true }));
      else if (many !== this.cols) this.$nextTick(() => this.$refs.list.scrollTo(this.lineOf(id), "center"));
    },
    // to a contact or back to the list, without a new entry in the history
    turn(id) {
      const left = this.chosen;
      this.chosen = id;
      this.cover();
      this.$emit("open", id);
      if (!id && left) this.$nextTick(() => this.stand(left));
    },
    shut() {
      if (this.narrow.matches) { document.querySelector(".pd-close")?.click(); return; }
      history.pushState({ page: "/contacts" + location.search }, "", "/contacts" + location.search);
      this.turn(null);
    },
    // the palette names somebody: this list opens them in place
    elsewhere(event) {
      event.preventDefault();
      this.show(event.detail);
      this.$emit("open", event.detail);
    },
    // what lies under the panel on a phone is out of reach for the keyboard and for a screen reader
    cover() {
      document.body.classList.toggle("pd-detail-open", !!this.chosen);
      const under = !!this.chosen && this.narrow.matches;
      document.querySelectorAll(".pd-with-detail > section, .pd-top, .pd-bar").forEach((part) => (part.inert = under));
    },
    loaded() { document.body.classList.remove("pd-loading"); },

    // choosing: a long press begins it on a phone, the box at a desk; shift takes everybody between two
    isOn(id) { return this.all ? !this.but.has(id) : this.on.has(id); },
    press(event, r) {
      this.held = false;
      if (!this.picks || event.pointerType === "mouse" || event.target.closest(".pd-tick, .q-btn")) return;
      this.from = [event.clientX, event.clientY];
      clearTimeout(this.waits);
      this.waits = setTimeout(() => { this.held = true; navigator.vibrate?.(12); this.tick({}, r); }, 450);
    },
    drift(event) {
      if (this.from && Math.hypot(event.clientX - this.from[0], event.clientY - this.from[1]) > 10) this.release();
    },
    release() { clearTimeout(this.waits); this.from = null; },
    tick(event, r) {
      const now = !this.isOn(r.id), people = this.rows.filter((each) => !each.h);
      const [a, b] = [this.anchor, r.id].map((id) => people.findIndex((each) => each.id === id));
      const ids = event.shiftKey && a >= 0 ? people.slice(Math.min(a, b), Math.max(a, b) + 1).map((each) => each.id) : [r.id];
      const set = this.all ? this.but : this.on;
      for (const id of ids) now !== this.all ? set.add(id) : set.delete(id);
      this.anchor = this.at = r.id;
      getSelection()?.removeAllRanges();
      this.$emit("picks", { ids, on: now });
    },
    begin() { this.mode = true; },
    pickAll() { this.all = true; this.but.clear(); },
    unpick() { this.mode = this.all = false; this.on.clear(); this.but.clear(); this.anchor = null; },

    // a keyboard walks the list
    key(event) {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (document.querySelector(".q-dialog, .q-menu") || event.target.closest("input, textarea, select, [contenteditable]")) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const r = this.rows.find((each) => each.id === (this.at || this.chosen));
      if (step && (event.key.length === 1 || event.target === document.body || this.$el.contains(event.target))) this.walk(step);
      else if ((event.key === "x" || event.key === "X") && this.picks && r) this.tick(event, r);
      else if (event.key === "l" && (this.at || this.chosen)) this.$emit("log", this.at || this.chosen);
      else if (event.key === "Escape" && this.picking) { this.unpick(); this.$emit("unpick"); }
      else if (event.key === "Escape" && this.chosen) this.shut();
      else return;
      event.preventDefault();
    },
    walk(step) {
      const people = this.rows.filter((each) => !each.h);
      const here = people.findIndex((each) => each.id === (this.at || this.chosen));
      const next = people[here < 0 ? 0 : Math.min(people.length - 1, Math.max(0, here + step))];
      if (next) this.stand(next.id);
    },
    lineOf(id) { return Math.max(0, this.lines.findIndex((line) => line.of?.some((r) => r.id === id))); },
    stand(id, tries = 20) {
      this.at = id;
      const link = this.$el.querySelector(`[data-row="${id}"] a`);
      if (link) { link.focus({ preventScroll: true }); link.scrollIntoView({ block: "nearest" }); return; }
      if (tries === 20) this.$refs.list.scrollTo(this.lineOf(id), "center");
      if (tries) requestAnimationFrame(() => this.at === id && this.stand(id, tries - 1));
    },

    set(rows) {
      this.rows = rows;
      const top = this.$el.getBoundingClientRect().top + scrollY;
      if (scrollY > top) scrollTo(0, 0);
    },
    append(rows) {
      const known = new Set(this.rows.map((r) => r.id));
      this.rows = this.rows.concat(rows.filter((r) => !known.has(r.id)));
    },
    // after some news: the row at the top of the screen stays at the top of the screen
    renew(order, changed) {
      const seen = this.firstSeen();
      const fresh = new Map(changed.map((r) => [r.id, r]));
      const known = new Map(this.rows.map((r) => [r.id, r]));
      const rows = order ? order.map((id) => fresh.get(id) || known.get(id)).filter(Boolean) : this.rows.map((r) => fresh.get(r.id) || r);
      const before = seen ? this.above(seen.id) : null;
      this.rows = rows;
      const after = seen ? this.above(seen.id) : null;
      if (before === null || after === null || before === after) return;
      this.$nextTick(() => {
        scrollBy(0, after - before);
        requestAnimationFrame(() => {
          const row = this.$el.querySelector(`[data-row="${seen.id}"]`);
          if (row) scrollBy(0, row.getBoundingClientRect().top - seen.top);
        });
      });
    },
    firstSeen() {
      if (scrollY < 120) return null;
      for (const row of this.$el.querySelectorAll("[data-row]")) {
        const top = row.getBoundingClientRect().top;
        if (top >= 100) return { id: row.dataset.row, top };
      }
      return null;
    },
    above(id) {
      let height = 0;
      for (const line of this.lines) {
        if (line.of?.some((r) => r.id === id)) return height;
        height += line.h ? 43 : this.high;
      }
      return null;
    },
  },
};
