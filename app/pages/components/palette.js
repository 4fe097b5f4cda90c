// Ctrl-K: everything within reach of the keyboard. Commands are here from the start; people and campaigns come as one types.
import { h } from "vue";

const Panel = {
  template: `
  <q-dialog v-model="open" position="top" aria-label="Go to anything" transition-duration="120" @show="$refs.box.focus()" @hide="q = ''">
    <div class="pd-palette">
      <div class="pd-palette-box"><q-icon :name="icons.search" aria-hidden="true"/>
        <input ref="box" v-model="q" type="text" role="combobox" aria-expanded="true" aria-controls="pd-palette-list" aria-autocomplete="list"
          :aria-activedescendant="lines[at] ? 'pd-palette-' + at : null" aria-label="Go to anything" placeholder="A name, a campaign, or what to do"
          autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="100" @input="typed" @keydown="key">
        <kbd>esc</kbd></div>
      <div id="pd-palette-list" role="listbox" aria-label="Found" class="pd-palette-list" ref="list">
        <a v-for="(each, n) in lines" :key="each.id" :id="'pd-palette-' + n" role="option" tabindex="-1" class="pd-palette-line" :class="{ on: n === at }"
            :aria-selected="n === at ? 'true' : 'false'" :href="each.href || '#'" :download="each.file ? '' : null" @mousemove="at = n" @click="go($event, each)">
          <q-icon :name="each.icon" aria-hidden="true"/><span class="pd-clip">{{ each.n }}</span><span class="pd-palette-hint pd-clip">{{ each.s }}</span><kbd v-if="each.key">{{ each.key }}</kbd></a>
      </div>
      <p v-if="!lines.length" class="pd-palette-none" role="status">{{ waiting ? "Looking …" : "Nothing is called like that." }}</p>
    </div>
  </q-dialog>`,
  props: { commands: String, icons: Object },
  data() { return { open: false, q: "", at: 0, found: [], foundFor: "", verbs: JSON.parse(this.commands || "[]") }; },
  computed: {
    words() { return this.plain(this.q).split(/\s+/).filter(Boolean); },
    waiting() { return !!this.q.trim() && this.foundFor !== this.q.trim(); },
    lines() {
      const named = this.verbs.filter((each) => this.words.every((word) => this.plain(each.n + " " + (each.also || "")).includes(word)));
      // what is typed is most often a name: people stand first
      return this.words.length ? [...this.found, ...named] : named;
    },
  },
  watch: { lines() { this.at = 0; } },
  unmounted() { clearTimeout(this.soon); },
  methods: {
    plain(text) { return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase(); },
    begin() { this.found = []; this.foundFor = ""; this.at = 0; this.open = true; },
    typed() {
      clearTimeout(this.soon);
      const words = this.q.trim();
      if (!words) { this.found = []; this.foundFor = ""; return; }
      this.soon = setTimeout(() => this.$emit("ask", words), 100);
    },
    show(words, found) { if (words === this.q.trim()) { this.found = found; this.foundFor = words; } },
    key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.lines.length) {
        event.preventDefault();
        this.at = (this.at + step + this.lines.length) % this.lines.length;
        this.$nextTick(() => document.getElementById("pd-palette-" + this.at)?.scrollIntoView({ block: "nearest" }));
      } else if (event.key === "Enter") {
        event.preventDefault();
        document.getElementById("pd-palette-" + this.at)?.click();
      }
    },
    go(event, each) {
      if (event.metaKey || event.ctrlKey) return;
      this.open = false;
      if (each.contact) {
        // the list of contacts opens them in place, where it is on the screen; from elsewhere the link leads there
        if (document.dispatchEvent(new CustomEvent("pd-open", { detail: each.contact, cancelable: true }))) return;
        event.preventDefault();
        event.stopPropagation();
      } else if (each.href) return;
      else event.preventDefault();
      if (each.contact) return;
      if (each.out) document.querySelector('form[action="/logout"]')?.requestSubmit();
      // the sheet that follows takes the focus when this one has given it back
      else setTimeout(() => emitEvent(each.emit), 180);
    },
  },
};

// the panel is compiled when it is first wanted, which a phone never does
export default {
  props: Panel.props,
  data() { return { wanted: false }; },
  render() { return this.wanted ? h(Panel, { ref: "panel", commands: this.commands, icons: this.icons }) : null; },
  mounted() { document.addEventListener("keydown", this.call); },
  unmounted() { document.removeEventListener("keydown", this.call); },
  methods: {
    call(event) {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      if (this.$refs.panel?.open) this.$refs.panel.open = false;
      // never over an open sheet: what is typed there stays in sight
      else if (!document.querySelector(".q-dialog")) this.begin();
    },
    begin() {
      this.wanted = true;
      this.$nextTick(() => this.$refs.panel.begin());
    },
    show(words, found) { this.$refs.panel?.show(words, found); },
  },
};
