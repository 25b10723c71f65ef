/** Mutants of what bookmarks cover and waits are answered: rules 6, 8, 16 to 18, 22 and 23. */

const core = 'packages/server/src/core';

/** @type {readonly import('../rule-mutants.mjs').RuleMutant[]} */
export const ANSWER_MUTANTS = [
  {
    rule: 6,
    what: 'waits do not hold for journals',
    file: `${core}/wait-condition.ts`,
    find: '    judgeJournals(state, coverage, startedAtMs, nowMs) ??\n',
    replace: '',
  },
  {
    rule: 8,
    what: "a node answers for other nodes' regions",
    file: `${core}/wait-condition.ts`,
    find: "  if (!state.regions.has(query.region)) return unknown('region_not_served');\n",
    replace: '',
  },
  {
    rule: 16,
    what: 'merging keeps the rids of one side',
    file: 'packages/protocol/src/bookmark.ts',
    find: 'rids: [...a.rids, ...b.rids],',
    replace: 'rids: b.rids.length > 0 ? b.rids : a.rids,',
  },
  {
    rule: 16,
    what: 'merging keeps the position that came last, not the newest',
    file: 'packages/protocol/src/bookmark.ts',
    find: 'newest.set(journal, Math.max(sequence, newest.get(journal) ?? 0));',
    replace: 'newest.set(journal, sequence);',
  },
  {
    rule: 17,
    what: 'closedAgoMs forgets when journals were applied',
    file: `${core}/wait-condition.ts`,
    find: "    if (progress?.peer === '') continue;",
    replace: '    if (progress) continue;',
  },
  {
    rule: 17,
    what: 'closedAgoMs forgets the last closes',
    file: `${core}/closing.ts`,
    find: '    state.recent.record(branch.rid, nowMs);\n',
    replace: '',
  },
  {
    rule: 17,
    what: 'closedAgoMs reaches back before the replica was ready',
    file: `${core}/wait-condition.ts`,
    find: '    sinceMs = Math.max(sinceMs, replica.readySinceMs ?? nowMs);\n',
    replace: '',
  },
  {
    rule: 18,
    what: "only a branch's first copy counts",
    file: `${core}/wait-condition.ts`,
    find: '  return branch.spots.some(',
    replace: '  return branch.spots.slice(0, 1).some(',
  },
  {
    rule: 18,
    what: 'a branch is covered whatever the position',
    file: `${core}/wait-condition.ts`,
    find: 'one.journal === journal && sequence <= one.sequence',
    replace: 'one.journal === journal',
  },
  {
    rule: 18,
    what: 'a branch opens in its home too',
    file: `${core}/store-layout.ts`,
    find: 'filter((name) => name !== home)',
    replace: "filter((name) => name !== '')",
  },
  {
    rule: 22,
    what: 'a store that is not known has nothing open',
    file: `${core}/wait-condition.ts`,
    find: "  if (layouts === undefined) return unknown('store_unknown');\n  if (layouts.length === 0 ||",
    replace: '  if (layouts === undefined || layouts.length === 0 ||',
  },
  {
    rule: 23,
    what: 'closedAgoMs rounds up',
    file: `${core}/waiting.ts`,
    find: 'Math.floor(nowMs - sinceMs)',
    replace: 'Math.ceil(nowMs - sinceMs + 1)',
  },
  {
    rule: 23,
    what: "the client's elapsed time rounds down",
    file: 'packages/client/src/read-path.ts',
    find: 'Math.ceil(monotonicMs() - issuedMs)',
    replace: 'Math.floor(monotonicMs() - issuedMs) - 1',
    test: 'packages/client/src/read-path.test.ts',
  },
];
