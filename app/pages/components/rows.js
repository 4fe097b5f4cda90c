// A list of people or touches: one element on the server however long it is; the DOM keeps about thirty rows.
export default {
  template: `
  <q-virtual-scroll :items="rows" scroll-target="body" :virtual-scroll-item-size="68" :virtual-scroll-slice-size="24"
      role="list" class="pd-rows" v-slot="{ item: r }">
    <div v-if="r.h" class="pd-day" :key="'h' + r.h" role="presentation">{{ r.h }}</div>
    <div v-else class="pd-row" :key="r.id" role="listitem" :class="{ chosen: r.id === chosen, fresh: r.fresh }">
      <a class="pd-row-main" :href="r.href" @click="open($event, r)">
        <span class="pd-avatar" :class="r.t" aria-hidden="true"><q-icon v-if="r.icon" :name="r.icon"/><template v-else>{{ r.i }}</template></span>
        <span class="pd-row-text"><span class="pd-row-name">{{ r.n }}</span><span class="pd-row-sub">{{ r.s }}</span></span>
        <span class="pd-row-side"><span class="pd-row-when">{{ r.d }}</span>
          <span v-if="r.b" class="pd-chip small" :class="r.bt">{{ r.b }}</span></span>
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
    document.body.classList.toggle("pd-detail-open", !!this.chosen);
    this.back = () => {
      const id = location.pathname.split("/")[1] === "contacts" ? location.pathname.split("/")[2] : undefined;
      if (id === undefined && location.pathname !== "/contacts") return;
      // the list is still here: no need to build the screen again
      event.stopImmediatePropagation();
      this.chosen = id || null;
      document.body.classList.toggle("pd-detail-open", !!id);
      this.$emit("open", id || null);
    };
    addEventListener("popstate", this.back, true);
  },
  unmounted() {
    removeEventListener("popstate", this.back, true);
    document.body.classList.remove("pd-detail-open", "pd-loading");
  },
  methods: {
    open(event, r) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
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
      document.body.classList.add("pd-detail-open");
      if (location.pathname !== "/contacts/" + id) history.pushState({ page: "/contacts/" + id }, "", "/contacts/" + id + location.search);
    },
    loaded() { document.body.classList.remove("pd-loading"); },
    set(rows) { this.rows = rows; },
    append(rows) { this.rows = this.rows.concat(rows); },
    patch(row) {
      const i = this.rows.findIndex((r) => r.id === row.id);
      if (i >= 0) this.rows.splice(i, 1, row);
    },
  },
};
