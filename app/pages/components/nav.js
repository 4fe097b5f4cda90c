// The ways through the house: a rail beside a wide screen, a bar within reach of one thumb on a narrow one.
export default {
  template: `
  <div>
    <nav v-if="wide" class="pd-rail" aria-label="Main">
      <button type="button" class="pd-plus" @click="$emit('add')"><i class="q-icon" aria-hidden="true"><svg viewBox="0 0 24 24"><use :href="icons.add"/></svg></i>Add contact</button>
      <a v-for="[path, word, icon] in all.rail" :key="path" class="pd-link" :class="{ active: path === lit }" :href="path" @click="go($event, path)" :aria-current="path === lit ? 'page' : null"
        ><i class="q-icon" aria-hidden="true"><svg viewBox="0 0 24 24"><use :href="icon"/></svg></i><div>{{ word }}</div></a>
      <span class="pd-grow"></span>
      <q-btn no-caps unelevated class="pd-plain-btn pd-rail-out" :icon="icons.search" label="Jump to" @click="$emit('jump')"><kbd>Ctrl K</kbd></q-btn>
      <div class="pd-strong pd-clip pd-rail-me">{{ me }}</div>
      <form method="post" action="/logout"><q-btn no-caps unelevated type="submit" class="pd-plain-btn pd-rail-out" :icon="icons.leave" label="Sign out"/></form>
    </nav>
    <nav v-else class="pd-bar" aria-label="Main">
      <template v-for="([path, word, icon], n) in all.bar" :key="path">
        <div v-if="n === 2" class="pd-add"><button type="button" class="pd-plus" aria-label="Add a contact" @click="$emit('add')"><i class="q-icon" aria-hidden="true"><svg viewBox="0 0 24 24"><use :href="icons.add"/></svg></i></button></div>
        <a class="pd-link" :class="{ active: path === lit }" :href="path" @click="go($event, path)" :aria-current="path === lit ? 'page' : null"
          ><i class="q-icon" aria-hidden="true"><svg viewBox="0 0 24 24"><use :href="icon"/></svg></i><div>{{ word }}</div></a>
      </template>
    </nav>
  </div>`,
  props: { ways: String, icons: Object, me: String, here: Object },
  data() {
    const query = matchMedia("(min-width: 1024px)");
    return { all: JSON.parse(this.ways), query, wide: query.matches, tapped: null };
  },
  computed: { lit() { return this.tapped || (this.wide ? this.here.rail : this.here.bar); } },
  watch: { here() { this.tapped = null; } },
  mounted() {
    this.turned = () => { this.wide = this.query.matches; };
    this.query.addEventListener("change", this.turned);
  },
  unmounted() { this.query.removeEventListener("change", this.turned); clearTimeout(this.waits); },
  methods: {
    // the tap shows at once; where nothing comes of it, one still stands where one stood
    go(event, path) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      clearTimeout(this.waits);
      this.tapped = path;
      this.waits = setTimeout(() => { this.tapped = null; }, 5000);
    },
  },
};
