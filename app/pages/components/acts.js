// People or touches with what can be done about each, one tap away. Whoever stays in the list keeps their place in the
// page: a finger on the way to a button meets it, whatever news arrives meanwhile.
export default {
  template: `
  <div>
    <component v-for="r in lines" :key="r.id" :is="cards ? 'article' : 'div'" :class="cards ? 'pd-pick' : 'pd-row'">
      <a :class="cards ? 'pd-pick-head' : 'pd-row-main'" :href="r.href">
        <span class="pd-avatar" :class="r.t" aria-hidden="true"><q-icon v-if="r.icon" :name="r.icon"/><template v-else>{{ r.i }}</template></span>
        <span v-if="cards" class="pd-pick-text"><span class="pd-pick-name pd-clip">{{ r.n }}</span><span class="pd-pick-sub pd-clip">{{ r.s }}</span><span class="pd-pick-why">{{ r.why }}</span></span>
        <span v-else class="pd-row-text"><span class="pd-row-name">{{ r.n }}</span><span class="pd-row-sub pd-whole">{{ r.s }}</span></span>
      </a>
      <div v-if="cards" class="pd-acts">
        <template v-for="act in r.acts">
          <span v-if="act.off" class="pd-act off"></span>
          <a v-else-if="act.href" class="pd-act" :href="act.href" :aria-label="act.label" :target="act.away ? '_blank' : null" :rel="act.away ? 'noopener' : null"
            @click="$emit('act', [r.id, act.do])"><q-icon :name="act.icon" aria-hidden="true"/></a>
          <q-btn v-else-if="act.word" flat no-caps class="pd-act pd-log" :label="act.word" @click="$emit('act', [r.id, act.do])"/>
          <q-btn v-else flat round class="pd-act" :icon="act.icon" :aria-label="act.label" @click="$emit('act', [r.id, act.do])"/>
        </template>
      </div>
      <template v-else><q-btn v-for="act in r.acts" flat round class="pd-icon-btn" :icon="act.icon" :aria-label="act.label" @click="$emit('act', [r.id, act.do])"/></template>
    </component>
  </div>`,
  props: { rows: String, cards: Boolean },
  computed: { lines() { return JSON.parse(this.rows || "[]"); } },
};
