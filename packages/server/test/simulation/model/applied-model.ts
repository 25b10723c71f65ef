/** Reports of derived stores: what a consumer has applied closes, once its journals are applied here. */
import type { Applied } from '@rendezvous/protocol';
import type { BranchModel } from './branch-model.js';
import { isOpenInRegion, type ModelBranch } from './model-branch.js';
import { isCovered, isOfKeys, type Knowledge } from './wait-model.js';

export interface AppliedSurroundings {
  readonly branches: BranchModel;
  readonly journals: Knowledge['journals'];
}

interface HeldReport {
  readonly session: number;
  readonly id: number;
  readonly request: Applied;
  readonly heldAtMs: number;
}

/** A journal that has not come by then is away. */
const HELD_MAX_MS = 10_000;

export class AppliedModel {
  readonly #node: AppliedSurroundings;
  readonly #fail: (check: 'ANSWERS' | 'LIVENESS', text: string) => never;
  #held: readonly HeldReport[] = [];
  /** Reports that the input at hand must answer with `done`. */
  #due = new Set<string>();

  constructor(
    node: AppliedSurroundings,
    fail: (check: 'ANSWERS' | 'LIVENESS', text: string) => never,
  ) {
    this.#node = node;
    this.#fail = fail;
  }

  receive(session: number, id: number, request: Applied, nowMs: number): void {
    this.#held = [...this.#held, { session, id, request, heldAtMs: nowMs }];
    this.retry();
  }

  /** Journals may have advanced. */
  retry(): void {
    const ready = this.#held.filter(({ request }) => this.#isReady(request));
    this.#held = this.#held.filter((one) => !ready.includes(one));
    for (const { session, id, request } of ready) {
      this.#due.add(`${String(session)}:${String(id)}`);
      this.#close(request);
    }
  }

  expire(nowMs: number): void {
    this.#held = this.#held.filter(({ heldAtMs }) => nowMs - heldAtMs < HELD_MAX_MS);
  }

  end(session: number, id?: number): void {
    this.#held = this.#held.filter(
      (one) => one.session !== session || (id !== undefined && one.id !== id),
    );
  }

  answered(session: number, id: number): void {
    this.#due.delete(`${String(session)}:${String(id)}`);
  }

  /** Call after every input. */
  checkAnswered(): void {
    if (this.#due.size > 0) this.#fail('LIVENESS', 'what a consumer applied is not acknowledged');
    this.#due = new Set();
  }

  #isReady({ coverage }: Applied): boolean {
    const { journals } = this.#node;
    return coverage.positions.every((place) => {
      const { journal, sequence } = journals.currentPlace(place);
      return (journals.get(journal)?.applied ?? 0) >= sequence;
    });
  }

  #close({ store, region, key, coverage }: Applied): void {
    const concerned = (branch: ModelBranch): boolean =>
      branch.store.name === store &&
      isOpenInRegion(branch, region) &&
      isCovered(this.#node.journals, branch, this.#node.journals.withCurrentPlaces(coverage)) &&
      (key.length === 0 || (branch.keys.length > 0 && isOfKeys(branch, [key])));
    this.#node.branches.applied([...this.#node.branches.all].filter(concerned), region);
  }
}
