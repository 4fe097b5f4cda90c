// People or touches with what can be done about each, one tap away. Whoever stays in the list keeps their place in the
// page: a finger on the way to a button meets it, whatever news arrives meanwhile.
export default {
  template: `
  <div>
    <component v-for="r in lines" :key="r.id" :is="cards ? 'article' : 'div'" :class="cards ? 'pd-pick' : 'pd-row'">
      <a :class="cards ? 'pd-pick-head' : 'pd-row-main'" :href="r.href">
        <span class="pd-avatar" :class="r.t" aria-hidden="true"><i v-if="r.icon" class="q-icon"><svg viewBox="0 0 24 24"><use :href="r.icon"/></svg></i><template v-else>{{ r.i }}</template></span>
        <span v-if="cards" class="pd-pick-text"><span class="pd-pick-name pd-clip">{{ r.n }}</span><span class="pd-pick-sub pd-clip">{{ r.s }}</span><span class="pd-pick-why">{{ r.why }}</span></span>
        <span v-else class="pd-row-text"><span class="pd-row-name">{{ r.n }}</span><span class="pd-row-sub pd-whole">{{ r.s }}</span></span>
      </a>
      <div :class="cards ? 'pd-acts' : 'pd-line'">
        <template v-for="act in r.acts">
          <span v-if="act.off" class="pd-act off"></span>
          <component v-else :is="act.href ? 'a' : 'button'" class="pd-act" :class="{ 'pd-log': act.written }" :type="act.href ? null : 'button'" :href="act.href" :aria-label="act.written ? null : act.label"
            :target="act.away ? '_blank' : null" :rel="act.away ? 'noopener' : null" @click="$emit('act', [r.id, act.do])"
            ><template v-if="act.written">{{ act.label }}</template><i v-else class="q-icon" aria-hidden="true"><svg viewBox="0 0 24 24"><use :href="act.icon"/></svg></i></component>
        </template>
      </div>
    </component>
  </div>`,
  props: { rows: String, cards: Boolean },
  computed: { lines() { return JSON.parse(this.rows || "[]"); } },
};
