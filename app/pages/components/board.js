// A campaign's board: six columns side by side, on a phone one stage at a time. However many contacts there are, each
// column holds the pages that somebody scrolled to, and the DOM some dozen cards of them.
export default {
  template: `
  <div class="pd-board-frame">
    <div v-if="narrow || crowded" class="pd-chips pd-stages" :class="{ jumps: !narrow }" role="group" aria-label="Stage">
      <q-btn v-for="c in columns" :key="c.id" flat no-caps :class="{ on: narrow && c.id === chosen }" :aria-pressed="narrow ? (c.id === chosen ? 'true' : 'false') : null"
        :data-chip="c.id" @click="narrow ? choose(c.id) : jump(c.id)">{{ c.name }}<span class="pd-stage-count">{{ c.count }}</span></q-btn>
    </div>
    <div class="pd-board" :class="{ narrow }" ref="board">
      <section v-for="c in shown" :key="c.id" class="pd-lane" :class="{ over: over === c.id }" :data-stage="c.id" :aria-label="c.name">
        <div v-if="!narrow" class="pd-lane-head"><h2>{{ c.name }}</h2><span class="pd-stage-count">{{ c.count }}</span></div>
        <q-virtual-scroll :items="c.cards" :key="narrow ? c.id + '-narrow' : c.id" :scroll-target="narrow ? 'body' : undefined" :virtual-scroll-item-size="120"
            :virtual-scroll-slice-size="12" role="group" :aria-label="c.name + ': ' + c.count" class="pd-lane-cards" :class="{ none: !c.cards.length }"
            @virtual-scroll="({ to }) => far(c, to)" v-slot="{ item: k }">
          <div class="pd-tile-place" :key="k.id"><div class="pd-tile" :data-card="k.id" :class="k.age" @pointerdown="grab($event, k, c)">
            <button type="button" class="pd-tile-main" aria-keyshortcuts="m" @click="open(k)" @keydown="key($event, k, c)">
              <span class="pd-tile-head"><span class="pd-tile-warm" :class="k.t"><span class="pd-unseen">Warmness </span>{{ k.w }}</span><span class="pd-tile-name" :title="k.n">{{ k.n }}</span></span>
              <span class="pd-tile-sub">{{ k.s }}</span>
              <span class="pd-tile-next" :class="{ late: k.late }">{{ k.next || 'Nothing planned' }}</span>
              <span class="pd-tile-foot"><span class="pd-tile-last">{{ k.l }}</span><span class="pd-tile-age">{{ k.a }}<span class="pd-unseen"> in this stage</span></span></span>
            </button>
            <q-btn flat round class="pd-icon-btn pd-tile-menu" :icon="menuIcon" :aria-label="'Move ' + k.n" aria-haspopup="menu" @click="ask($event.currentTarget, k, c)"/>
          </div></div>
        </q-virtual-scroll>
        <div v-if="!c.cards.length" class="pd-lane-none">{{ c.hint }}</div>
      </section>
    </div>
    <q-menu v-if="asking" :key="asking.card.id" v-model="menu" :target="asking.at" no-parent-event auto-close anchor="bottom end" self="top end" class="pd-move-menu" :aria-label="'Move ' + asking.card.n + ' to'" @show="first" @hide="asked">
      <q-list role="menu" ref="stages" @keydown="step"><q-item v-for="c in columns" :key="c.id" clickable role="menuitem" :disable="c.id === asking.from" @click="move(asking.card, asking.from, c.id, true)">
        <q-item-section>{{ c.name }}</q-item-section></q-item></q-list>
    </q-menu>
  </div>`,
  props: { initial: String, menuIcon: String },
  data() {
    const columns = JSON.parse(this.initial || "[]");
    return { columns, chosen: this.begin(columns), narrow: matchMedia("(max-width: 1023.98px)").matches, over: null, asking: null, menu: false, crowded: false };
  },
  computed: { shown() { return this.narrow ? this.columns.filter((c) => c.id === this.chosen) : this.columns; } },
  mounted() {
    this.media = matchMedia("(max-width: 1023.98px)");
    this.turn = () => { this.narrow = this.media.matches; };
    this.media.addEventListener("change", this.turn);
    // where not all columns fit, all counts stand above them and jump
    this.watcher = new ResizeObserver(() => { this.crowded = !this.narrow && this.$refs.board.scrollWidth > this.$refs.board.clientWidth + 1; });
    this.watcher.observe(this.$refs.board);
  },
  unmounted() {
    this.watcher.disconnect();
    this.media.removeEventListener("change", this.turn);
    this.release();
  },
  methods: {
    // where a thumb begins: the first stage that has anybody
    begin(columns) {
      const wanted = new URLSearchParams(location.search).get("stage");
      return (columns.find((c) => c.id === wanted) || columns.find((c) => c.count) || columns[0])?.id;
    },
    choose(stage) {
      this.chosen = stage;
      const address = new URL(location.href);
      address.searchParams.set("stage", stage);
      history.replaceState(history.state, "", address);
    },
    jump(stage) {
      this.$el.querySelector(`[data-stage="${stage}"]`).scrollIntoView({ inline: "start", block: "nearest" });
    },
    open(card) {
      if (!this.dragged) this.$emit("open", card.id);
    },
    far(column, to) {
      if (!column.more || column.asked || to < column.cards.length - 8) return;
      column.asked = true;
      this.$emit("more", column.id);
    },
    column(stage) { return this.columns.find((c) => c.id === stage); },

    // from here on: moving by keyboard, by menu, by mouse; the card goes at once, the server has the last word
    key(event, card, column) {
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (event.key === "m") this.ask(event.currentTarget.closest(".pd-tile").querySelector(".pd-tile-menu"), card, column);
      else if (step && !this.narrow) this.walk(card, column, ...step);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    walk(card, column, across, down) {
      let at = this.columns.indexOf(column);
      const row = column.cards.indexOf(card);
      if (down) { this.focus(column.cards[row + down]?.id); return; }
      do { at += across; } while (this.columns[at] && !this.columns[at].cards.length);
      const next = this.columns[at];
      if (next) this.focus(next.cards[Math.min(row, next.cards.length - 1)].id);
    },
    focus(id) {
      const tile = id && this.$el.querySelector(`[data-card="${id}"] .pd-tile-main`);
      if (tile) tile.focus();
      return Boolean(tile);
    },
    ask(at, card, column) {
      this.menu = false;
      this.asking = { at, card, from: column.id };
      this.$nextTick(() => { this.menu = true; });
    },
    asked() {
      this.asking = null;
      this.$nextTick(() => this.arrive());
    },
    // the card that was moved is focused once the menu is gone and its new column has drawn it; on a slow machine that takes frames
    arrive(frames = 120) {
      if (!this.moved || !frames) return;
      if (!this.focus(this.moved)) requestAnimationFrame(() => this.arrive(frames - 1));
      else this.moved = null;
    },
    items() { return [...(this.$refs.stages?.$el.querySelectorAll(".q-item:not(.disabled)") || [])]; },
    first() { this.items()[0]?.focus(); },
    step(event) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const items = this.items();
      items[(items.indexOf(document.activeElement) + by + items.length) % items.length]?.focus();
    },
    move(card, from, to, follow) {
      const [here, there] = [this.column(from), this.column(to)];
      if (from === to || !here.cards.some((k) => k.id === card.id)) return;
      here.cards = here.cards.filter((k) => k.id !== card.id);
      there.cards = [{ ...card, a: "today", age: "" }, ...there.cards];
      here.count -= 1;
      there.count += 1;
      this.$emit("move", { id: card.id, stage: to });
      if (follow && !this.narrow) this.moved = card.id;
    },

    grab(event, card, column) {
      this.dragged = false;
      if (event.pointerType !== "mouse" || event.button || this.narrow || event.target.closest(".pd-tile-menu")) return;
      const source = event.currentTarget, box = source.getBoundingClientRect();
      this.drag = { card, from: column.id, source, x: event.clientX, y: event.clientY, dx: event.clientX - box.left, dy: event.clientY - box.top, width: box.width };
      addEventListener("pointermove", this.carry);
      addEventListener("pointerup", this.drop);
      addEventListener("pointercancel", this.release);
      addEventListener("keydown", this.cancel, true);
    },
    carry(event) {
      const drag = this.drag;
      drag.at = event.clientX;
      if (!drag.ghost) {
        if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
        drag.ghost = drag.source.cloneNode(true);
        drag.ghost.classList.add("pd-ghost");
        drag.ghost.setAttribute("aria-hidden", "true");
        drag.ghost.removeAttribute("data-card");
        drag.ghost.style.width = drag.width + "px";
        document.body.append(drag.ghost);
        document.body.classList.add("pd-dragging");
        this.dragged = true;
        this.edge();
      }
      drag.ghost.style.transform = `translate(${event.clientX - drag.dx}px, ${event.clientY - drag.dy}px) rotate(1.5deg)`;
      const below = document.elementFromPoint(event.clientX, event.clientY);
      this.over = below?.closest(".pd-lane")?.dataset.stage || null;
    },
    // near its ends the board scrolls under the card
    edge() {
      if (!this.drag?.ghost) return;
      const box = this.$refs.board.getBoundingClientRect();
      if (this.drag.at > box.right - 70) this.$refs.board.scrollLeft += 14;
      else if (this.drag.at < box.left + 70) this.$refs.board.scrollLeft -= 14;
      requestAnimationFrame(this.edge);
    },
    drop() {
      const { card, from, ghost } = this.drag, to = this.over;
      this.release();
      if (ghost && to && to !== from) this.move(card, from, to, false);
    },
    cancel(event) {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.release();
    },
    release() {
      this.drag?.ghost?.remove();
      this.drag = null;
      this.over = null;
      document.body.classList.remove("pd-dragging");
      removeEventListener("pointermove", this.carry);
      removeEventListener("pointerup", this.drop);
      removeEventListener("pointercancel", this.release);
      removeEventListener("keydown", this.cancel, true);
    },

    append(stage, cards, more) {
      const column = this.column(stage), known = new Set(column.cards.map((k) => k.id));
      column.cards = column.cards.concat(cards.filter((k) => !known.has(k.id)));
      column.more = more;
      column.asked = false;
    },
    // after some news: only what differs arrives, and what one reads stays where it is
    renew(columns) {
      // looked up before any column changes: a card that moved is told of once and belongs to two columns
      const known = new Map(this.columns.flatMap((c) => c.cards).map((k) => [k.id, k]));
      for (const card of columns.flatMap((news) => news.changed)) known.set(card.id, card);
      for (const news of columns) {
        const column = this.column(news.id), scroll = this.scroller(column), seen = scroll ? this.firstSeen(column, scroll) : null;
        const cards = news.order.map((id) => known.get(id)).filter(Boolean);
        const row = seen ? cards.findIndex((k) => k.id === seen.id) : -1;
        Object.assign(column, { cards, count: news.count, more: news.more, asked: false });
        if (row >= 0 && row !== seen.row) this.$nextTick(() => scroll.scrollBy(0, (row - seen.row) * 120));
      }
    },
    scroller(column) {
      if (this.narrow) return column.id === this.chosen && scrollY > 160 ? window : null;
      const box = this.$el.querySelector(`[data-stage="${column.id}"] .pd-lane-cards`);
      return box && box.scrollTop > 40 ? box : null;
    },
    firstSeen(column, scroll) {
      const top = scroll === window ? 110 : scroll.getBoundingClientRect().top;
      for (const tile of this.$el.querySelectorAll(`[data-stage="${column.id}"] [data-card]`)) {
        if (tile.getBoundingClientRect().bottom > top) return { id: tile.dataset.card, row: column.cards.findIndex((k) => k.id === tile.dataset.card) };
      }
      return null;
    },
  },
};
