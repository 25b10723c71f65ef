/**
 * A second, slow and simple opinion of what a node must know and say.
 *
 * It is told every input of the core and every effect, and works out on its own which branches are
 * open where, how far journals are applied, which replicas are ready and where the horizon is. After
 * every input the core's status must say the same (STATE), its answers must be the ones that follow
 * from it (ANSWERS), and no wait may sleep that could be answered (LIVENESS).
 */
import type {
  BranchesOpened,
  ClientMessage,
  NodeMessage,
  StatusAnswer,
  WaitAnswer,
} from '@rendezvous/protocol';
import type { RecoveredJournal } from '../../../src/core/core-state.js';
import type { Effect } from '../../../src/core/effect.js';
import type { NodeCore } from '../../../src/core/node-core.js';
import type { StoreDefinition } from '../../../src/core/store-layout.js';
import { type Check, SimulationFailure } from '../simulation-failure.js';
import type { CoreOutput, NodeInput } from '../node-input.js';
import { AppliedModel } from './applied-model.js';
import { BlockedWaits } from './blocked-waits.js';
import { BranchModel } from './branch-model.js';
import { JournalModel } from './journal-model.js';
import { createModelStore, isOpenAt, type ModelStore } from './model-branch.js';
import { ReplicaModel } from './replica-model.js';
import { StreamModel } from './stream-model.js';

export interface NodeModelOptions {
  readonly nodeId: string;
  readonly regions: readonly string[];
  readonly stores: readonly StoreDefinition[];
  readonly journal: RecoveredJournal;
  readonly count: (what: string) => void;
}

const HOUSEKEEPING_INTERVAL_MS = 500;

export class NodeModel {
  readonly regions: readonly string[];
  readonly stores: ReadonlyMap<string, ModelStore>;
  readonly replicas: readonly ReplicaModel[];
  readonly branches: BranchModel;
  readonly journals: JournalModel;
  readonly #name: string;
  readonly #streams: StreamModel;
  readonly #waits: BlockedWaits;
  readonly #applied: AppliedModel;
  #housekeepingAtMs: number;
  horizon: string;
  readonly startedAtMs: number;
  /** The input at hand is about an attach that has ended meanwhile. */
  #mayRefuse = false;

  constructor(options: NodeModelOptions, nowMs: number) {
    const { nodeId, regions, journal, count } = options;
    this.#name = nodeId;
    this.regions = regions;
    this.startedAtMs = nowMs;
    const stores = options.stores.map((store) => createModelStore(store, regions));
    this.stores = new Map(stores.map((store) => [store.name, store]));
    this.replicas = stores.flatMap((store) =>
      store.places
        .filter(({ replica, region }) => replica !== '' && region !== store.home)
        .map((place) => new ReplicaModel(store, place, nowMs)),
    );
    this.journals = new JournalModel(journal, (text) => this.#fail('ANSWERS', text));
    this.branches = new BranchModel({
      journal: journal.id,
      stores: this.stores,
      watermarksOf: (place) =>
        this.replicas.find((replica) => replica.place === place)?.watermarks ?? [],
      isCurrent: (id) => this.journals.isCurrent(id),
      count,
    });
    for (const entry of journal.entries) this.branches.restore(entry, nowMs);
    this.horizon = journal.horizon;
    this.#housekeepingAtMs = nowMs + HOUSEKEEPING_INTERVAL_MS;
    this.#streams = new StreamModel(this, journal, (check, text) => this.#fail(check, text));
    this.#applied = new AppliedModel(this, (check, text) => this.#fail(check, text));
    this.#waits = new BlockedWaits(this, (check, text) => this.#fail(check, text));
  }

  /** The node goes down with what it holds. */
  restart(): void {
    this.branches.restart();
  }

  /** What the core was told, and what it made of it. */
  take(input: NodeInput, { effects, isSane }: CoreOutput, nowMs: number): void {
    this.#waits.before(effects, nowMs);
    this.#mayRefuse = false;
    const horizonBefore = this.horizon;
    const durableBefore = this.journals.durable;
    this.branches.begin(nowMs);
    this.journals.appended(effects);
    this.#apply(input, isSane, nowMs);
    for (const replica of this.replicas) replica.noticeReadiness(nowMs);
    this.#checkRecords(effects, horizonBefore);
    for (const effect of effects) {
      if (effect.kind !== 'reply') continue;
      this.#checkReply(effect.session, effect.message, nowMs);
    }
    if (this.journals.durable > durableBefore) this.journals.checkAcknowledged();
    this.#applied.checkAnswered();
    this.#streams.checkAbortsSent();
    const late = this.branches.leases.late(nowMs);
    if (late !== undefined) this.#fail('LIVENESS', `the lease of ${late} does not end`);
    this.#waits.after(nowMs);
  }

  /** Whether the core knows what it must, and nothing else. */
  compare(core: NodeCore, nowMs: number): void {
    const status = core.status(nowMs);
    this.#expect('horizon', status.horizon, this.horizon);
    this.#expect('branches', core.branchCount, this.branches.size);
    this.#expect('blocked waits', status.waitsBlocked, this.#waits.size);
    for (const { store, region, branchesOpen } of status.regions) {
      const openCount = this.branches.openCount(store, region);
      this.#expect(`open branches of ${store} in ${region}`, branchesOpen, openCount);
    }
    this.#compareReplicas(status);
    this.#checkMonitorsKnow();
    for (const { journal, applied, head } of status.journals) {
      const progress = this.journals.get(journal);
      this.#expect(`applied of journal ${journal}`, applied, progress?.applied);
      this.#expect(`head of journal ${journal}`, head, progress?.head);
    }
  }

  #compareReplicas({ replicas }: StatusAnswer): void {
    for (const { store, replica: name, position, monitored } of replicas) {
      const replica = this.replicas.find(
        (one) => one.store.name === store && one.place.replica === name,
      );
      const title = `${store} ${name}`;
      this.#expect(`monitored ${title}`, monitored, (replica?.monitorCount ?? 0) > 0);
      this.#expect(`position of ${title}`, position, replica?.position);
    }
  }

  /** Every monitor of markers has been told of every branch that is open at its replica (rule 13). */
  #checkMonitorsKnow(): void {
    for (const branch of this.branches.all) {
      for (const replica of this.replicas) {
        if (!branch.store.hasMarkers || !isOpenAt(branch, replica.place)) continue;
        if (replica.knowsOf(branch)) continue;
        const what = branch.lease === undefined ? 'that it is overdue' : 'that it is not overdue';
        const whom = `a monitor of ${replica.place.replica}`;
        this.#fail('LIVENESS', `${whom} was not told of ${branch.bid}, or ${what}`);
      }
    }
  }

  #apply(input: NodeInput, isSane: boolean, nowMs: number): void {
    switch (input.kind) {
      case 'message':
        this.#applyMessage(input.session, input.message, nowMs);
        return;
      case 'sessionEnded':
        this.#waits.endSession(input.session);
        this.#streams.endSession(input.session);
        this.journals.endSession(input.session);
        this.#applied.end(input.session);
        for (const replica of this.replicas) replica.detachSession(input.session, nowMs);
        return;
      case 'synced':
        this.journals.synced(input.ticket, nowMs);
        this.#applied.retry();
        return;
      case 'batch':
        this.#applyBatch(input, isSane, nowMs);
        this.#applied.retry();
        return;
      case 'reportAcknowledged': {
        const { journal, region, bids } = input.report;
        this.branches.settled(journal, region, bids);
        return;
      }
      case 'inquired': {
        const { inquiry, answer, peer } = input;
        if (!this.journals.isOf(peer, inquiry.journal)) return;
        this.#raiseHorizon(answer.horizon);
        this.branches.collectedElsewhere(inquiry.journal, answer.collected);
        return;
      }
      case 'tick':
        this.branches.leases.tick(nowMs);
        if (nowMs < this.#housekeepingAtMs) return;
        this.#housekeepingAtMs = nowMs + HOUSEKEEPING_INTERVAL_MS;
        this.#raiseHorizon(this.branches.expire(nowMs));
        this.#applied.expire(nowMs);
        return;
      case 'peerConnected':
      case 'peerDisconnected':
        return;
    }
  }

  #applyMessage(session: number, { id, body }: ClientMessage, nowMs: number): void {
    const key = `${String(session)}:${String(id)}`;
    switch (body.kind) {
      case 'open': {
        const known = this.branches.retriedOpen(body);
        const sequence = known > 0 ? known : this.journals.append(body);
        this.journals.expectAcknowledgement(session, id, sequence);
        if (known === 0) this.branches.open(body, sequence, nowMs);
        return;
      }
      case 'abort':
        if (this.branches.abort(body.bid)) this.#streams.abort(body.bid);
        return;
      case 'close':
        for (const bid of body.bids) this.branches.close(bid, body.region, body.replica);
        return;
      case 'wait':
        this.#waits.begin(session, id, body, nowMs);
        return;
      case 'attach':
        this.#replicaOf(body.store, body.replica)?.attach(key, body.barrier);
        return;
      case 'watermark':
        this.#applyWatermark(`${String(session)}:${String(body.attach)}`, body.position, nowMs);
        return;
      case 'replicate':
        this.#streams.begin(session, id, body);
        return;
      case 'reportClosed':
        if (body.journal !== this.journals.own) return;
        for (const bid of body.bids) this.branches.report(bid, body.region);
        return;
      case 'cancel':
        this.#cancel(session, body.target, nowMs);
        return;
      case 'applied':
        this.#applied.receive(session, id, body, nowMs);
        return;
      case 'confirm':
        if (this.branches.leases.confirm(body.bid, 'confirm')) this.#streams.confirm(body.bid);
        return;
      case 'noTrace':
        for (const bid of body.bids) this.branches.leases.noTrace(bid, body.region, body.replica);
        return;
      case 'inquire':
      case 'replicateAck':
      case 'status':
      case 'ping':
      case 'hello':
        return;
    }
  }

  #cancel(session: number, target: number, nowMs: number): void {
    const key = `${String(session)}:${String(target)}`;
    this.#waits.end(session, target);
    this.#applied.end(session, target);
    this.#streams.end(session, target);
    for (const replica of this.replicas) replica.detach(key, nowMs);
  }

  #applyWatermark(key: string, position: string, nowMs: number): void {
    this.#mayRefuse = !this.replicas.some((replica) => replica.isWatchedBy(key));
    for (const replica of this.replicas) {
      const watermark = replica.observe(key, position, nowMs);
      if (watermark === undefined) continue;
      this.branches.watermark(replica.store, replica.place, watermark);
    }
  }

  #applyBatch(
    { peer, batch }: Extract<NodeInput, { kind: 'batch' }>,
    isSane: boolean,
    nowMs: number,
  ): void {
    if (!isSane) this.#fail('ANSWERS', `a batch of ${peer} is refused`);
    const { journal, from, to, head, entries, aborted, confirmed, horizon, predecessors } = batch;
    const replaced = this.journals.seen(peer, journal, predecessors, nowMs);
    if (replaced !== undefined) this.branches.forgetReports(replaced);
    const { applied } = this.journals.get(journal) ?? { applied: 0 };
    if (from > applied) return;
    this.#raiseHorizon(horizon);
    for (const entry of entries) {
      if (entry.sequence > applied) this.branches.copy(journal, entry, nowMs);
      else this.branches.repeatedCopy(journal, entry, nowMs);
    }
    for (const bid of aborted) this.branches.peerAbort(journal, bid);
    for (const bid of confirmed) {
      if (this.branches.leases.confirm(bid, "peer's confirm")) this.#streams.confirm(bid);
    }
    this.journals.apply(journal, to, head, nowMs);
  }

  /** The horizon is on its way to the disk before the entries that it stands for go (rule 7). */
  #checkRecords(effects: readonly Effect[], horizonBefore: string): void {
    const records = effects.flatMap((effect) => (effect.kind === 'append' ? effect.records : []));
    const kinds = records.map(({ kind }) => kind);
    const horizons = records.flatMap((record) => (record.kind === 'horizon' ? [record.rid] : []));
    const raised = this.horizon === horizonBefore ? [] : [this.horizon];
    if (String(horizons) !== String(raised)) {
      this.#fail('DURABILITY', `the horizon ${this.horizon} is not made durable`);
    }
    for (const record of records) {
      if (record.kind !== 'open') continue;
      const { bid, leaseMs } = record.entry;
      const branch = this.branches.get(bid);
      if (branch) this.#expect(`lease of ${bid} on disk`, leaseMs, branch.lease ?? 0);
    }
    const firstCollect = kinds.indexOf('collect');
    if (firstCollect !== -1 && kinds.lastIndexOf('horizon') > firstCollect) {
      this.#fail('DURABILITY', 'entries go before the horizon is raised');
    }
    const collected = records
      .flatMap((record) => (record.kind === 'collect' ? [record.sequence] : []))
      .sort((a, b) => a - b);
    if (String(collected) !== String(this.branches.collected)) {
      const expected = String(this.branches.collected);
      this.#fail('DURABILITY', `entries ${String(collected)} go, not ${expected}`);
    }
  }

  #checkReply(session: number, { id, body }: NodeMessage, nowMs: number): void {
    if (body.kind === 'opened') this.journals.acknowledged(session, id, body);
    else if (body.kind === 'done') this.#applied.answered(session, id);
    else if (body.kind === 'branchesOpened') this.#told(session, id, body);
    else if (body.kind === 'batch') this.#streams.sent(session, id, body);
    else if (body.kind === 'waitAnswer') this.#checkAnswer(session, id, body, nowMs);
    else if (body.kind === 'failure' && body.code === 'bad_request' && !this.#mayRefuse)
      this.#fail('ANSWERS', `a sound request is refused: ${body.message}`);
  }

  #checkAnswer(session: number, id: number, answer: WaitAnswer, nowMs: number): void {
    this.#waits.answered(session, id, answer, nowMs);
  }

  #told(session: number, id: number, { branches }: BranchesOpened): void {
    for (const replica of this.replicas) replica.told(`${String(session)}:${String(id)}`, branches);
  }

  #replicaOf(store: string, name: string): ReplicaModel | undefined {
    return this.replicas.find((one) => one.store.name === store && one.place.replica === name);
  }

  #raiseHorizon(rid: string): void {
    if (rid > this.horizon) this.horizon = rid;
  }

  #expect(what: string, actual: unknown, expected: unknown): void {
    if (actual === expected) return;
    this.#fail('STATE', `${what}: ${String(actual)}, not ${String(expected)}`);
  }

  #fail(check: Check, text: string): never {
    throw new SimulationFailure(check, `${this.#name}: ${text}`);
  }
}
