// A list of people or touches: one element on the server however long it is; the DOM keeps about thirty rows.
export default {
  template: `
  <q-virtual-scroll :items="rows" scroll-target="body" :virtual-scroll-item-size="68" :virtual-scroll-slice-size="24"
      role="group" class="pd-rows" v-slot="{ item: r }">
    <div v-if="r.h" class="pd-day" :key="'h' + r.h">{{ r.h }}</div>
    <div v-else class="pd-row" :key="r.id" :data-row="r.id" :class="{ chosen: r.id === chosen }">
      <a class="pd-row-main" :href="r.href" :aria-current="r.id === chosen ? 'true' : null" @click="open($event, r)">
        <span class="pd-avatar" :class="r.t" aria-hidden="true"><q-icon v-if="r.icon" :name="r.icon"/><template v-else>{{ r.i }}</template></span>
        <span class="pd-row-text"><span class="pd-row-name">{{ r.n }}</span><span class="pd-row-sub">{{ r.s }}</span></span>
        <span class="pd-row-side"><span class="pd-row-when">{{ r.d }}</span>
          <span v-if="r.b" class="pd-chip small" :class="r.bt">{{ r.b }}</span><span v-if="r.c" class="pd-chip small none pd-row-camp">{{ r.c }}</span></span>
      </a>
      <q-btn v-if="r.log" flat round class="pd-icon-btn" :icon="logIcon" :aria-label="'Log a touch with ' + r.n" @click="$emit('log', r.id)"/>
    </div>
  </q-virtual-scroll>`,
  props: { initial: String, logIcon: String, detail: Boolean },
  data() {
    return { rows: JSON.parse(this.initial || "[]"), chosen: this.detail ? (location.pathname.split("/")[2] || null) : null };
  },
  mounted() {
    if (!this.detail) return;
    this.narrow = matchMedia("(max-width: 1023.98px)");
    this.narrow.addEventListener("change", this.cover);
    this.cover();
    this.back = (event) => {
      const [, room, id] = location.pathname.split("/");
      if (room !== "contacts") return;
      // the list is still here: no need to build the screen again
      event.stopImmediatePropagation();
      const left = this.chosen;
      this.chosen = id || null;
      this.cover();
      this.$emit("open", id || null);
      if (!id) this.$nextTick(() => this.$el.querySelector(`[data-row="${left}"] a`)?.focus({ preventScroll: true }));
    };
    addEventListener("popstate", this.back, true);
  },
  unmounted() {
    if (!this.detail) return;
    removeEventListener("popstate", this.back, true);
    this.narrow.removeEventListener("change", this.cover);
    this.chosen = null;
    this.cover();
    document.body.classList.remove("pd-loading");
  },
  methods: {
    open(event, r) {
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
      this.chosen = id;
      this.cover();
      document.querySelector(".pd-detail")?.scrollTo(0, 0);
      if (location.pathname !== "/contacts/" + id) history.pushState({ page: "/contacts/" + id }, "", "/contacts/" + id + location.search);
      if (this.narrow.matches) this.$nextTick(() => document.querySelector(".pd-close")?.focus({ preventScroll: true }));
    },
    // what lies under the panel on a phone is out of reach for the keyboard and for a screen reader
    cover() {
      document.body.classList.toggle("pd-detail-open", !!this.chosen);
      const under = !!this.chosen && this.narrow.matches;
      document.querySelectorAll(".pd-with-detail > section, .pd-top, .pd-bar").forEach((part) => (part.inert = under));
    },
    loaded() { document.body.classList.remove("pd-loading"); },
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
      const before = seen ? this.above(this.rows, seen.id) : null;
      const after = seen ? this.above(rows, seen.id) : null;
      this.rows = rows;
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
    above(rows, id) {
      let height = 0;
      for (const r of rows) {
        if (r.id === id) return height;
        height += r.h ? 43 : 68;
      }
      return null;
    },
  },
};
