import type { StoreHandle, WriteOutcome } from '@rendezvous/protocol';
import type { CommandPlan } from './command-plan.js';
import { isData, isWriting } from './command-plan.js';
import { DeliveryOrder } from './delivery-order.js';
import type { Issued } from './issue-order.js';
import { IssueOrder } from './issue-order.js';
import { combinePlans, hasExecWritten, isQueued } from './operation.js';
import type { Operation } from './operation.js';
import type { LinkAnswer, RedisLink } from './redis-link.js';
import { createRoleSource } from './replication-role.js';
import type { RoleSource } from './replication-role.js';
import { confirmWrite, toPositionText } from './write-confirmation.js';

/**
 * The decisions of the shim for the commands of one client:
 *
 *   read, primary ─────▶ at once
 *   read, replica ─────▶ waits
 *   write, script ─────▶ at once; PUBLISH and INFO behind it; branch unless nothing was written
 *   MULTI … ───────────▶ at once, and EXEC is a write (one branch), a read, or neither
 *   anything else ─────▶ at once, after what waits
 */
export class CommandRunner {
  readonly #link: RedisLink;
  readonly #handle: StoreHandle;
  readonly #role: RoleSource;
  readonly #order = new IssueOrder();
  readonly #delivery = new DeliveryOrder();
  /** What was queued on the connection since MULTI. */
  #transaction: CommandPlan[] | undefined;

  constructor(link: RedisLink, handle: StoreHandle) {
    this.#link = link;
    this.#handle = handle;
    this.#role = createRoleSource(link);
  }

  /** Whether such a command need not pass through here. Asked once for each. */
  mayPass(plan: Pick<CommandPlan, 'kind' | 'keys'>): boolean {
    if (!this.#order.idle || !this.#delivery.idle || this.#transaction !== undefined) return false;
    if (plan.kind === 'other') return true;
    const role = plan.kind === 'read' ? this.#role.known(plan) : undefined;
    const isCovered = role !== undefined && role !== 'primary';
    return isCovered ? this.#handle.passRead() : !this.#handle.active;
  }

  run<T>(operation: Operation<T>): Promise<T> {
    return this.#run(operation.kind !== 'read', (start) => start(operation));
  }

  /** The same for an operation that takes its place now, and is known a moment later. */
  runGathered<T>(gathering: Promise<Operation<T>>): Promise<T> {
    return this.#run(true, (start) => gathering.then(start));
  }

  #run<T>(
    exclusive: boolean,
    whenKnown: (start: (operation: Operation<T>) => Promise<T>) => Promise<T>,
  ): Promise<T> {
    const { active } = this.#handle;
    const outcome = new Promise<T>((resolve, reject) => {
      this.#order.add(exclusive, (issued) => {
        whenKnown((operation) =>
          active ? this.#start(operation, issued) : passAsItIs(operation, issued),
        )
          // Before the caller is told: its next command may find nothing waiting.
          .finally(issued)
          .then(resolve, reject);
      });
    });
    return this.#delivery.add(outcome);
  }

  #start<T>(operation: Operation<T>, issued: Issued): Promise<T> {
    const { kind } = operation;
    if (kind === 'multi' || kind === 'discard') {
      this.#transaction = kind === 'multi' ? [] : undefined;
    } else if (kind === 'exec') {
      return this.#runWhole(this.#toTransaction(operation), issued);
    } else if (this.#transaction !== undefined && isData(kind)) {
      return this.#queueInTransaction(operation, this.#transaction, issued);
    }
    return this.#runWhole(operation, issued);
  }

  #runWhole<T>(operation: Operation<T>, issued: Issued): Promise<T> {
    if (operation.kind === 'read') return this.#read(operation, issued);
    return isWriting(operation.kind)
      ? this.#write(operation, issued)
      : passAsItIs(operation, issued);
  }

  async #read<T>(operation: Operation<T>, issued: Issued): Promise<T> {
    const { keys, repeatable, sendAt } = operation;
    const execute = (): Promise<T> => {
      const reply = operation.send();
      // One that may be issued again keeps its place until it is done.
      if (!repeatable) issued();
      return reply;
    };
    for (;;) {
      const fromPrimary = (this.#role.known(operation) ?? (await this.#role.learn())) === 'primary';
      const { connection } = this.#link;
      const reading = this.#handle.read({
        ...(keys && { keys }),
        fromPrimary,
        repeatable,
        execute,
        ...(repeatable && sendAt && { executeAtOrigin: sendAt }),
      });
      if (fromPrimary) issued();
      const reply = await reading;
      if (!fromPrimary || !this.#role.isInDoubt(operation, connection)) return reply;
    }
  }

  async #write<T>(operation: Operation<T>, issued: Issued): Promise<T> {
    const { keys } = operation;
    const settle = await this.#handle.write({
      ...(keys && { keys }),
      execute: (bid) => this.#executeWrite(operation, bid, issued),
    });
    return settle();
  }

  /** A failure that can hide a write is reported as one, and still reaches the caller. */
  async #executeWrite<T>(
    operation: Operation<T>,
    bid: string,
    issued: Issued,
  ): Promise<WriteOutcome<() => T>> {
    const replyFrom: { connection?: unknown } = {};
    const isStale = (): boolean =>
      'connection' in replyFrom && replyFrom.connection !== this.#link.connection;
    const confirm = (): Promise<LinkAnswer | undefined> =>
      confirmWrite(this.#link, this.#handle, bid, isStale);
    const { replied, early } = this.#link.together(() => ({
      replied: operation.send(),
      // Behind a command that blocks they would say nothing before it ends, and mostly in vain.
      early: bid === '' || operation.blocking ? undefined : confirm(),
    }));
    issued();
    let reply: T;
    try {
      reply = await replied;
    } catch (error) {
      if (!operation.mayHaveWritten(error)) throw error;
      const result = (): never => {
        throw error;
      };
      return { result, wrote: true };
    }
    replyFrom.connection = this.#link.connection;
    const result = (): T => reply;
    if (!operation.hasWritten(reply)) return { result, wrote: false };
    const answer = bid === '' ? undefined : await inTime(early ?? confirm());
    if (answer !== undefined) this.#role.note(answer);
    // Another connection may be one to another server.
    const position =
      answer?.connection === replyFrom.connection ? toPositionText(answer) : undefined;
    return position === undefined ? { result, wrote: true } : { result, wrote: true, position };
  }

  #toTransaction<T>(exec: Operation<T>): Operation<T> {
    const queued = this.#transaction ?? [];
    this.#transaction = undefined;
    const { kind, keys } = combinePlans(queued);
    return {
      ...exec,
      kind,
      ...(keys && { keys }),
      hasWritten: (reply) => hasExecWritten(queued, reply),
    };
  }

  async #queueInTransaction<T>(
    operation: Operation<T>,
    transaction: CommandPlan[],
    issued: Issued,
  ): Promise<T> {
    transaction.push(operation);
    const reply = await passAsItIs(operation, issued);
    if (isQueued(reply) || !isWriting(operation.kind)) return reply;
    // The connection broke after MULTI: this was executed by itself.
    const { keys } = operation;
    return this.#handle.write({
      ...(keys && { keys }),
      execute: () => Promise.resolve({ result: reply, wrote: true }),
    });
  }
}

function passAsItIs<T>(operation: Operation<T>, issued: Issued): Promise<T> {
  const reply = operation.send();
  issued();
  return reply;
}

/** How long a write that the server has accepted may wait for its position. */
const POSITION_TIMEOUT_MS = 1_000;

async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, POSITION_TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
