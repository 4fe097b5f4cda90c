// Whether what one looks at is true now: "Live", or since when it is not. Only the browser knows that its line is dead.
const SILENT = 9_000;

export default {
  template: `<span class="pd-chip small pd-pulse" :class="live ? 'good' : 'wait'" role="status"><i aria-hidden="true"></i>{{ live ? "Live" : "As of " + time }}</span>`,
  props: { fresh: Boolean, at: String },
  data() {
    return { heard: Date.now(), now: Date.now(), open: true };
  },
  computed: {
    live() { return this.fresh && this.open && this.now - this.heard < SILENT; },
    time() {
      if (!this.fresh) return this.at;
      return new Date(this.heard).toLocaleTimeString("en-GB");
    },
  },
  mounted() {
    this.hear = () => { if (this.open) this.heard = Date.now(); };
    this.tick = setInterval(() => {
      this.open = Boolean(window.socket?.connected) && navigator.onLine;
      this.now = Date.now();
    }, 1000);
    this.wire = window.socket;
    this.wire?.io.on("ping", this.hear);
    this.wire?.onAny(this.hear);
    this.cut = () => { this.open = false; };
    this.back = () => { this.open = true; this.heard = Date.now(); };
    this.wire?.on("disconnect", this.cut);
    this.wire?.on("connect", this.back);
    addEventListener("offline", this.cut);
  },
  methods: {
    // that it came is all it says
    beat() { this.hear(); },
  },
  beforeUnmount() {
    removeEventListener("offline", this.cut);
    clearInterval(this.tick);
    this.wire?.io.off("ping", this.hear);
    this.wire?.offAny(this.hear);
    this.wire?.off("disconnect", this.cut);
    this.wire?.off("connect", this.back);
  },
};
