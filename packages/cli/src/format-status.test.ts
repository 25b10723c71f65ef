import type { StatusAnswer } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { formatDuration, formatStatus } from './format-status.js';

const status: StatusAnswer = {
  kind: 'statusAnswer',
  nodeId: '01J0000000000000000000NODE',
  namespace: 'default',
  uptimeMs: 3_725_000,
  horizon: '',
  journals: [
    { journal: 'AAAABBBBCCCCDDDD', own: true, applied: 12, head: 12, peer: '', connected: true },
    { journal: 'EEEEFFFFGGGGHHHH', own: false, applied: 7, head: 9, peer: 'us', connected: false },
  ],
  replicas: [
    {
      store: 'app',
      region: 'near',
      replica: 'near-1',
      monitored: true,
      position: '1/0/5',
      barrier: '',
    },
    {
      store: 'app',
      region: 'us',
      replica: 'us-1',
      monitored: false,
      position: '',
      barrier: '1/0/9',
    },
  ],
  regions: [
    { store: 'app', region: 'near', branchesOpen: 0, oldestAgeMs: 0 },
    { store: 'app', region: 'us', branchesOpen: 3, oldestAgeMs: 1_500 },
  ],
  waitsBlocked: 2,
  sessions: 4,
};

test('a status shows journals, replicas and open branches, and what is amiss in capitals', () => {
  expect(formatStatus(status)).toBe(
    `node 01J0000000000000000000NODE, namespace default, up 1 h 2 min
sessions 4, waits blocked 2

JOURNAL           OF         APPLIED  HEAD  LINK
AAAABBBBCCCCDDDD  this node  12       12    -
EEEEFFFFGGGGHHHH  us         7        9     LOST

STORE  REGION  REPLICA  MONITOR  POSITION  BARRIER
app    near    near-1   up       1/0/5     -
app    us      us-1     NONE     -         waits hold until 1/0/9

STORE  REGION  OPEN  OLDEST
app    near    0     -
app    us      3     1 s
`,
  );
});

test('a node without stores shows itself, and what it gave up', () => {
  const empty = { ...status, journals: [], replicas: [], regions: [], horizon: '01J5' };
  expect(formatStatus(empty)).toBe(
    `node 01J0000000000000000000NODE, namespace default, up 1 h 2 min
sessions 4, waits blocked 2
branches given up unclosed, the newest of request 01J5
`,
  );
});

test.each([
  [0, '0 ms'],
  [999.6, '1000 ms'],
  [1_000, '1 s'],
  [60_000, '1 min'],
  [3_600_500, '1 h'],
  [93_784_000, '1 d 2 h'],
])('formatDuration(%d) is %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});
