/** Mutants of what is known by markers: rules 14, 15 and 19. */

const core = 'packages/server/src/core';
const evidence = 'packages/server/src/monitor/marker-evidence.ts';
const simulation = 'packages/server/test/simulation';

/** @type {readonly import('../rule-mutants.mjs').RuleMutant[]} */
export const MARKER_MUTANTS = [
  {
    rule: 14,
    what: 'a marker that sorts behind the own one counts as it',
    file: evidence,
    find: 'isOwnMarker(marker, atReplica) ||',
    replace: 'atReplica >= marker ||',
  },
  {
    rule: 14,
    what: 'a key that is absent counts as visible',
    file: evidence,
    find: "if (atReplica === '') return false;",
    replace: "if (atReplica === '') return overdue;",
  },
  {
    rule: 14,
    what: 'one key of several is enough',
    file: evidence,
    find: "if (hidden.length === 0) return 'visible';",
    replace: "if (hidden.length < readings.length) return 'visible';",
  },
  {
    rule: 14,
    what: 'targets are not looked at',
    file: evidence,
    find: ' || (overdue && targets.includes(atReplica))',
    replace: '',
  },
  {
    rule: 14,
    what: 'nobody is told that the primary shows nothing',
    file: evidence,
    find: "return isTraceless ? 'no_trace' : 'pending';",
    replace: "return isTraceless ? 'pending' : 'pending';",
  },
  {
    rule: 15,
    what: 'a lease that ran out aborts',
    file: `${core}/leases.ts`,
    find: '  branch.lease = undefined;\n  for',
    replace: '  branch.lease = undefined;\n  branch.closed = branch.named;\n  for',
  },
  {
    rule: 15,
    what: 'that a write left no trace is believed while it may be under way',
    file: `${core}/leases.ts`,
    find: 'if (branch.lease || !isOpenIn(branch, place.bit)) continue;',
    replace: 'if (!isOpenIn(branch, place.bit)) continue;',
    test: `${core}/leases.test.ts`,
  },
  {
    rule: 15,
    what: 'that a write left no trace changes nothing',
    file: `${core}/wait-condition.ts`,
    find: "    if ((branch.noTrace & mask) !== 0) return { ...unknown('no_trace'), branch };\n",
    replace: '',
  },
  {
    rule: 15,
    what: "peers do not hear of a client's abort",
    file: `${core}/opening.ts`,
    find: '    for (const stream of state.streams.values()) stream.aborted.add(bid);\n',
    replace: '',
  },
  {
    rule: 15,
    what: 'an abort that comes with an entry closes nothing that was open before',
    file: `${core}/opening.ts`,
    find: '  if (entry.aborted) close(state, branch, layout.servedMask, nowMs);\n',
    replace: '',
  },
  {
    rule: 15,
    what: 'a client relies on its open although the write outlived the lease',
    file: `${simulation}/marked-write.ts`,
    find: 'elapsedMs > env.settings.leaseMs',
    replace: 'elapsedMs > Infinity',
  },
  {
    rule: 19,
    what: 'a branch is overdue as soon as its lease is over',
    file: `${core}/leases.ts`,
    find: 'nowMs + leaseMs + LEASE_GRACE_MS',
    replace: 'nowMs + leaseMs',
  },
  {
    rule: 19,
    what: 'a confirmed branch is not overdue',
    file: `${core}/leases.ts`,
    find: '  if (!branch?.lease) return;\n  if (state',
    replace: '  if (!branch?.lease || branch.bid === bid) return;\n  if (state',
  },
  {
    rule: 19,
    what: 'monitors are not told that a branch is overdue',
    file: `${core}/leases.ts`,
    find: '    for (const attachment of replica.attachments) announce(state, attachment, branch, nowMs);\n',
    replace: '',
  },
  {
    rule: 19,
    what: 'leases are forgotten when the node starts again',
    file: `${core}/journal-entry.ts`,
    find: 'const leaseMs = lease?.leaseMs ?? 0;',
    replace: 'const leaseMs = lease === undefined ? 0 : 0;',
  },
  {
    rule: 19,
    what: 'what the primary shows counts before the branch is overdue',
    file: `${simulation}/marker-watch.ts`,
    find: '.filter(({ branch }) => branch.overdue)',
    replace: '',
  },
];
