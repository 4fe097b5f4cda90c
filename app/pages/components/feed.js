// The feed: cards under the heads of their days, which stay in sight while one reads. The page keeps its place by itself.
const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
export default {
  template: `
  <div class="pd-feed" role="group" aria-label="Activities">
    <section v-for="day in days" :key="day.name" class="pd-feed-day" :aria-label="day.name">
      <h2 class="pd-day">{{ day.name }}</h2>
      <article v-for="r in day.rows" :key="r.id" class="pd-touch" :data-row="r.id" :aria-label="r.s + ', ' + r.n">
        <span class="pd-avatar" :class="{ 'pd-planned': r.planned, late: r.late }" aria-hidden="true"><q-icon :name="r.icon"/></span>
        <div class="pd-touch-text">
          <div class="pd-touch-head">
            <a class="pd-touch-who" :href="r.href" @click="open($event, r)"><span>{{ r.n }}</span></a>
            <button type="button" class="pd-touch-when" :aria-pressed="exact.has(r.id) ? 'true' : 'false'" :title="r.exact" @click="toggle(r)"><time :datetime="r.at">{{ exact.has(r.id) ? r.exact : ago(r.at) }}</time></button>
          </div>
          <div class="pd-touch-what">{{ r.s }} <span v-if="r.b" class="pd-chip small" :class="r.bt">{{ r.b }}</span></div>
          <div v-if="r.title" class="pd-touch-title">{{ r.title }}</div>
          <div v-if="r.place" class="pd-touch-what">{{ r.place }}</div>
          <div v-if="r.note" class="pd-touch-note">{{ r.note }}</div>
          <div class="pd-touch-foot">
            <span v-if="r.c" class="pd-chip small none pd-clip">{{ r.c }}</span><span class="pd-grow"></span>
            <q-btn v-for="act in r.acts" :key="act[0]" flat round class="pd-icon-btn" :icon="icons[act[0]]" :aria-label="act[1]" @click="$emit('act', [act[0], r.id])"/>
          </div>
        </div>
      </article>
    </section>
  </div>`,
  props: { icons: Object },
  data() { return { rows: [], exact: new Set(), now: Date.now() }; },
  computed: {
    days() {
      const found = [];
      for (const r of this.rows) {
        if (found.at(-1)?.name !== r.day) found.push({ name: r.day, rows: [] });
        found.at(-1).rows.push(r);
      }
      return found;
    },
  },
  mounted() { this.clock = setInterval(() => { this.now = Date.now(); }, 30000); },
  unmounted() { clearInterval(this.clock); },
  methods: {
    ago(at) {
      const gone = this.now - new Date(at).getTime(), far = Math.abs(gone);
      const words = far < MINUTE ? null : far < HOUR ? `${Math.floor(far / MINUTE)} min` : far < DAY ? `${Math.floor(far / HOUR)} h`
        : far < 21 * DAY ? `${Math.floor(far / DAY)} d` : far < 90 * DAY ? `${Math.floor(far / (7 * DAY))} wk` : `${Math.floor(far / (30 * DAY))} mo`;
      return words === null ? "now" : gone > 0 ? `${words} ago` : `in ${words}`;
    },
    toggle(r) { this.exact.has(r.id) ? this.exact.delete(r.id) : this.exact.add(r.id); },
    open(event, r) {
      // a colleague's contact has no page of its own here: the link leads to the campaign
      if (r.away || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.$emit("open", r.contact);
    },
    set(rows) { this.rows = rows; this.now = Date.now(); },
    append(rows) {
      const known = new Set(this.rows.map((r) => r.id));
      this.rows = this.rows.concat(rows.filter((r) => !known.has(r.id)));
    },
    renew(order, changed) {
      const fresh = new Map(changed.map((r) => [r.id, r])), known = new Map(this.rows.map((r) => [r.id, r]));
      this.rows = (order || this.rows.map((r) => r.id)).map((id) => fresh.get(id) || known.get(id)).filter(Boolean);
      this.now = Date.now();
    },
  },
};
