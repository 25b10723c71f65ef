import { expect, test } from 'vitest';
import { type Evidence, judgeMarkers, type KeyReading } from './marker-evidence.js';

const OWN = 'own';
const key = Uint8Array.of(1);

function judge(overdue: boolean, ...readings: readonly KeyReading[]): Evidence {
  return judgeMarkers({ bid: OWN, marker: OWN, keys: readings.map(() => key), overdue }, readings);
}

const cases: readonly (readonly [
  what: string,
  overdue: boolean,
  atReplica: string,
  targets: readonly string[],
  evidence: Evidence,
])[] = [
  ['its own marker', false, OWN, [], 'visible'],
  ['its own marker, when overdue', true, OWN, ['later'], 'visible'],
  ['its own marker, from a later attempt', false, `${OWN}.2`, [], 'visible'],
  ['a marker that begins like its own', true, `${OWN}er`, [], 'pending'],
  ['nothing yet', false, '', [], 'pending'],
  ['a foreign marker', false, 'zzz', [], 'pending'],
  ['a foreign marker that sorts behind it', true, 'zzz', ['later'], 'pending'],
  ['the target', true, 'later', ['later'], 'visible'],
  ['an older target', true, 'later', ['later', 'latest'], 'visible'],
  ['what would be the target, before it is overdue', false, 'later', ['later'], 'pending'],
  ['what stood there before, when the primary shows it too', true, 'before', ['before'], 'visible'],
  ['nothing, and the primary neither', true, '', [''], 'no_trace'],
  ['a foreign marker, and the primary nothing', true, 'before', [''], 'no_trace'],
  ['its own marker, although the primary shows nothing', true, OWN, [''], 'visible'],
  ['nothing, and the primary something again', true, '', ['', 'later'], 'pending'],
  ['nothing, before it is overdue', false, '', [''], 'pending'],
];

test.each(cases)(
  'rule 14: a replica that shows %s',
  (_what, overdue, atReplica, targets, evidence) => {
    expect(judge(overdue, { atReplica, targets })).toBe(evidence);
  },
);

test('rule 14: a write of several keys is visible once each of them shows it', () => {
  const seen: KeyReading = { atReplica: OWN, targets: [] };
  const hidden: KeyReading = { atReplica: '', targets: ['later'] };
  expect(judge(true, seen, seen)).toBe('visible');
  expect(judge(true, seen, hidden)).toBe('pending');
  expect(judge(true, hidden, { atReplica: '', targets: [''] })).toBe('no_trace');
});

test('a branch without keys, or with a reading too few, is never decided', () => {
  expect(judge(true)).toBe('pending');
  const branch = { bid: OWN, marker: OWN, keys: [key, key], overdue: true };
  expect(judgeMarkers(branch, [{ atReplica: OWN, targets: [] }])).toBe('pending');
});
