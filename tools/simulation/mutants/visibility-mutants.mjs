/** Mutants of how a node learns what is visible: rules 1, 9 to 13 and 21. */

const core = 'packages/server/src/core';

/** @type {readonly import('../rule-mutants.mjs').RuleMutant[]} */
export const VISIBILITY_MUTANTS = [
  {
    rule: 1,
    what: 'a close takes back those before it',
    file: `${core}/branch.ts`,
    find: 'branch.closed |= news;',
    replace: 'branch.closed = news;',
  },
  {
    rule: 1,
    what: 'a close that comes before its open is forgotten',
    file: `${core}/early-closes.ts`,
    find: 'this.#byBid.set(bid, [close]);',
    replace: '',
  },
  {
    rule: 9,
    what: "one replica's watermark closes its whole region",
    file: `${core}/monitoring.ts`,
    find: '      close(state, branch, replica.bit, nowMs);',
    replace: '      close(state, branch, branch.layout.servedMask, nowMs);',
  },
  {
    rule: 9,
    what: "one replica's signal closes its whole region",
    file: `${core}/monitoring.ts`,
    find: "const places = request.replica === '' ? region?.mask : replica?.bit;",
    replace: 'const places = replica && region?.mask;',
  },
  {
    rule: 10,
    what: 'what a fork cut off counts as reached',
    file: `${core}/monitoring.ts`,
    find: "    if (relation === 'reached') {",
    replace: "    if (relation !== 'pending') {",
  },
  {
    rule: 10,
    what: 'waits for what a fork cut off are not told',
    file: `${core}/wait-condition.ts`,
    find: "    if ((branch.cutOff & mask) !== 0) return { ...unknown('cut_off'), branch };\n",
    replace: '',
  },
  {
    rule: 10,
    what: 'PostgreSQL positions of another timeline compare by number',
    file: 'packages/stores/src/postgres/position.ts',
    find: "if (left === undefined || position.lsn > left) return 'cut_off';",
    replace: "if (left === undefined) return 'cut_off';",
    test: 'packages/stores/src/postgres/position.test.ts',
  },
  {
    rule: 11,
    what: 'a replica is ready as soon as it is watched',
    file: `${core}/monitoring.ts`,
    find: '    passed: !needsBarrier,',
    replace: '    passed: true,',
  },
  {
    rule: 11,
    what: 'one monitor that is past its barrier speaks for all',
    file: `${core}/replica-state.ts`,
    find: 'attachments.every(({ passed }) => passed)',
    replace: 'attachments.some(({ passed }) => passed)',
  },
  {
    rule: 11,
    what: 'a watermark that goes back is taken in',
    file: `${core}/replica-state.ts`,
    find: "!== 'reached') return 'regressed';",
    replace: "!== 'reached') return 'advanced';",
  },
  {
    rule: 12,
    what: 'an open below the last watermark stays open',
    file: `${core}/opening.ts`,
    find: "if (relation === 'reached') visible |= replica.bit;",
    replace: "if (relation === 'reached') visible |= 0;",
  },
  {
    rule: 13,
    what: 'a monitor that attaches is not told of what is open',
    file: `${core}/monitoring.ts`,
    find: 'if (isOpenIn(branch, replica.bit)) announce(state, attachment, branch, nowMs);',
    replace: '',
  },
  {
    rule: 13,
    what: 'a watermark is held against new branches only',
    file: `${core}/monitoring.ts`,
    find: '    closeReached(state, attachment, attachment.scan, nowMs);\n  }\n  reply',
    replace: '    attachment.scan = undefined;\n  }\n  reply',
  },
  {
    rule: 13,
    what: 'what a peer gave up is taken for collected',
    file: `${core}/inquiry.ts`,
    find: '  raiseHorizon(state, horizon, nowMs);\n',
    replace: '',
    test: `${core}/inquiry.test.ts`,
  },
  {
    rule: 21,
    what: 'a watermark outlives its connection',
    file: `${core}/monitoring.ts`,
    find: '  replica.attachments.delete(attachment);\n',
    replace: '',
  },
];
