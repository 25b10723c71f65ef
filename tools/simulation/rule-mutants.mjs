/**
 * For each rule of SPEC.md what breaks it: a node without the rule must be caught.
 *
 * `find` stands in the file exactly once, else the tool fails: a list that rots proves nothing. What
 * the simulator does not run (the client's policies, a store's own order of positions, the host) is
 * caught by the test that is named.
 */

/**
 * @typedef {object} RuleMutant
 * @property {number} rule
 * @property {string} what What the mutant does.
 * @property {string} file
 * @property {string} find
 * @property {string} replace
 * @property {string} [test] The test file that must fail; without it, the simulation must.
 * @property {string} [title] Part of the title of its only test that need run.
 */

const core = 'packages/server/src/core';

/** @type {readonly RuleMutant[]} */
export const RULE_MUTANTS = [
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
    file: `${core}/branch-table.ts`,
    find: 'this.#earlyCloses.set(bid, [close]);',
    replace: '',
  },
  {
    rule: 2,
    what: 'an open is acknowledged before it is durable',
    file: `${core}/opening.ts`,
    find: 'if (sequence > state.journal.durable) {',
    replace: 'if (sequence > state.appendedHead) {',
  },
  {
    rule: 2,
    what: 'entries that are not durable are replicated',
    file: `${core}/own-journal.ts`,
    find: 'if (slot === undefined || slot.sequence > this.#durable) return;',
    replace: 'if (slot === undefined) return;',
  },
  {
    rule: 3,
    what: 'the next sequence is derived from the entries that are left',
    file: `${core}/core-state.ts`,
    find: 'new OwnJournal(journal)',
    replace: 'new OwnJournal({ ...journal, head: journal.entries.at(-1)?.sequence ?? 0 })',
  },
  {
    rule: 3,
    what: 'a place that a journal lost is taken for one that it gave out later',
    file: `${core}/journal-lineage.ts`,
    find: 'if (!succession || place.sequence > succession.head) return place;',
    replace: 'if (!succession) return place;',
    test: `${core}/journal-lineage.test.ts`,
  },
  {
    rule: 3,
    what: 'what a bookmark names by an old id is looked for by the new one only',
    file: `${core}/journal-lineage.ts`,
    find: 'positions: [...coverage.positions, ...current]',
    replace: 'positions: current',
    test: `${core}/journal-lineage.test.ts`,
  },
  {
    rule: 4,
    what: 'a batch behind a gap is applied',
    file: `${core}/replication-in.ts`,
    find: 'if (batch.from > progress.applied) {',
    replace: 'if (batch.from > Infinity) {',
  },
  {
    rule: 4,
    what: 'positions stay where a range has nothing for the receiver',
    file: `${core}/replication-in.ts`,
    find: 'if (batch.to > progress.applied) {',
    replace: 'if (batch.to > progress.applied && batch.entries.length > 0) {',
  },
  {
    rule: 5,
    what: "a peer's journal counts as applied from what it says of itself",
    file: `${core}/replication-in.ts`,
    find: 'known ?? createJournalProgress(journal, peer.name);',
    replace: 'known ?? { ...createJournalProgress(journal, peer.name), applied: 1, head: 1 };',
  },
  {
    rule: 5,
    what: 'the own journal counts as applied, its entries are not put back',
    file: `${core}/node-core.ts`,
    find: 'for (const entry of options.journal.entries) restoreEntry(this.#state, entry, nowMs);',
    replace: '',
  },
  {
    rule: 6,
    what: 'waits do not hold for journals',
    file: `${core}/wait-condition.ts`,
    find: '    judgeJournals(state, coverage, startedAtMs, nowMs) ??\n',
    replace: '',
  },
  {
    rule: 7,
    what: 'giving up raises no horizon',
    file: `${core}/horizon.ts`,
    find: '  raiseHorizon(state, newest, nowMs);',
    replace: '',
  },
  {
    rule: 7,
    what: 'the horizon is not made durable',
    file: `${core}/horizon.ts`,
    find: "  state.records.push({ kind: 'horizon', rid });",
    replace: '',
  },
  {
    rule: 7,
    what: 'batches do not carry the horizon',
    file: `${core}/replication-out.ts`,
    find: 'horizon: state.horizon,',
    replace: "horizon: '',",
  },
  {
    rule: 7,
    what: 'a wait at or below the horizon is answered like others',
    file: `${core}/wait-condition.ts`,
    find: "  if (isGivenUp(state, coverage)) return unknown('given_up');\n",
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
    rule: 14,
    what: 'a marker that sorts behind the own one counts as it',
    file: 'packages/server/src/monitor/marker-evidence.ts',
    find: 'atReplica === marker ||',
    replace: 'atReplica >= marker ||',
    test: 'packages/server/src/monitor/marker-evidence.test.ts',
  },
  {
    rule: 14,
    what: 'a key that is absent counts as visible',
    file: 'packages/server/src/monitor/marker-evidence.ts',
    find: "if (atReplica === '') return false;",
    replace: "if (atReplica === '') return overdue;",
    test: 'packages/server/src/monitor/marker-evidence.test.ts',
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
    test: `${core}/leases.test.ts`,
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
    find: '  return branch.spots.some((spot) =>',
    replace: '  return branch.spots.slice(0, 1).some((spot) =>',
  },
  {
    rule: 18,
    what: 'a branch is covered whatever the position',
    file: `${core}/wait-condition.ts`,
    find: 'position.journal === spot.journal && spot.sequence <= position.sequence,',
    replace: 'position.journal === spot.journal,',
  },
  {
    rule: 18,
    what: 'a branch opens in its home too',
    file: `${core}/store-layout.ts`,
    find: 'filter((name) => name !== home)',
    replace: "filter((name) => name !== '')",
  },
  {
    rule: 19,
    what: 'a branch is overdue as soon as its lease is over',
    file: `${core}/leases.ts`,
    find: 'nowMs + leaseMs + LEASE_GRACE_MS',
    replace: 'nowMs + leaseMs',
    test: `${core}/leases.test.ts`,
  },
  {
    rule: 20,
    what: 'an entry goes before every region has reported',
    file: `${core}/closing.ts`,
    find: '  if (!isClosed(branch)) return;\n  collect(state, branch);',
    replace: '  collect(state, branch);\n  if (!isClosed(branch)) return;',
  },
  {
    rule: 20,
    what: 'after a restart nobody is asked again who had reported',
    file: `${core}/replication-out.ts`,
    find: 'const from = Math.min(applied, journal.restoredFrom);',
    replace: 'const from = applied;',
  },
  {
    rule: 20,
    what: 'a report is not owed until it is acknowledged',
    file: `${core}/replication-in.ts`,
    find: '  for (const owed of peer.owed.values()) owed.sent = undefined;\n',
    replace: '',
  },
  {
    rule: 20,
    what: 'a peer that has applied more than there is gets a stream',
    file: `${core}/replication-out.ts`,
    find: '  if (applied > journal.durable) {',
    replace: '  if (applied > Infinity) {',
    test: `${core}/replication.test.ts`,
  },
  {
    rule: 20,
    what: 'a failed sync does not end the node',
    file: 'packages/server/src/host/node-host.ts',
    find: '        this.#fail(error);',
    replace: '        void error;',
    test: 'packages/server/src/create-server.test.ts',
    title: 'a failed append ends the node',
  },
  {
    rule: 21,
    what: 'a watermark outlives its connection',
    file: `${core}/monitoring.ts`,
    find: '  replica.attachments.delete(attachment);\n',
    replace: '',
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
    find: 'Math.ceil(performance.now() - issuedMs)',
    replace: 'Math.floor(performance.now() - issuedMs) - 1',
    test: 'packages/client/src/read-path.test.ts',
  },
];

/**
 * Rules whose code does not exist yet.
 *
 * @type {readonly { rule: number, why: string }[]}
 */
export const RULES_NOT_YET = [];
