import { expect, test } from 'vitest';
import { entry, mintJournal, POSTS, TestNode } from '../../test/test-node.js';

test('rule 20: a report for a branch that was given up settles nothing of the one that came back', () => {
  const node = new TestNode({ peers: ['eu'] });
  const close = (bid: string): unknown =>
    node.askNow({ kind: 'close', region: 'us', replica: '', bids: [bid] });
  node.watchAll();
  node.take(node.core.peerConnected('eu'));
  const first = entry(1, { position: 'a/9' });
  node.apply('eu', { journal: mintJournal(), from: 0, to: 1, entries: [first] });
  close(first.bid);
  const [report] = node.takeReports();
  node.advance(POSTS.branchTtlMs + 1_000);
  expect(node.core.branchCount).toBe(0);

  // The client never heard of its open, and tries again here.
  const { bid, rid, position } = first;
  node.open({ bid, rid, position });
  expect(report?.bids).toEqual([bid]);
  if (report) node.take(node.core.reportAcknowledged('eu', report));
  close(bid);
  node.ask({ kind: 'reportClosed', journal: node.journal, region: 'ap', bids: [bid] });
  expect(node.core.branchCount).toBe(0);
});
