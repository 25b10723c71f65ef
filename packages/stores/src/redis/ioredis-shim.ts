import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { planCommand } from './command-plan.js';
import type { CommandPlan } from './command-plan.js';
import { CommandRunner } from './command-runner.js';
import type { IoredisClient, IoredisCommand, IoredisStream } from './ioredis-driver.js';
import { createIoredisLink } from './ioredis-link.js';
import { combinePlans, hasCommandWritten, haveWritten, mayHaveWrittenThough } from './operation.js';
import type { Operation, Reply } from './operation.js';
import { findOrigin } from './origin.js';
import type { RedisLink } from './redis-link.js';

/**
 * `client` with its writes reported to `handle` and its reads waiting through it.
 *
 * Every command of ioredis, a pipeline's too, passes `sendCommand` as an object that holds the
 * caller's promise. The shim sends another one in its place, which answers to the shim, and settles
 * the caller's when its time has come; so replies, errors and callbacks are made by the driver.
 *
 * With `inCluster` the client is a cluster's connection to one of its servers.
 */
export function shimIoredis(
  client: IoredisClient,
  handle: StoreHandle,
  inCluster?: InCluster,
): IoredisClient {
  const link = createIoredisLink(client, inCluster !== undefined);
  const asking = createAskingPrefix(client);
  const runner = new CommandRunner(link, handle);
  const batches = new WeakMap<IoredisStream, IoredisCommand[]>();

  /** The commands of a pipeline come one by one, within one turn. */
  const sendInBatch = (command: IoredisCommand, stream: IoredisStream): unknown => {
    const gathered = batches.get(stream);
    if (gathered !== undefined) {
      gathered.push(command);
      return command.promise;
    }
    const commands = [command];
    batches.set(stream, commands);
    const gathering = Promise.resolve().then(() => {
      batches.delete(stream);
      return toBatchOperation(client, link, commands, stream);
    });
    void settleBatch(commands, runner.runGathered(gathering)).catch(() => undefined);
    return command.promise;
  };

  const sendHere = (command: IoredisCommand, stream?: IoredisStream): unknown => {
    if (stream !== undefined) {
      return runner.mayPass({ kind: 'write' })
        ? client.sendCommand(command, stream)
        : sendInBatch(command, stream);
    }
    if (command.name === 'asking' && inCluster) return asking.hold(command);
    const sendPrefix = asking.take();
    const plan = planCommand(command.name, command.args);
    if (runner.mayPass(plan)) {
      sendPrefix();
      return client.sendCommand(command);
    }
    runner.run(toOperation(client, link, command, plan, sendPrefix)).then(
      (reply) => {
        command.resolve(reply);
      },
      (error: unknown) => {
        command.reject(error as Error);
      },
    );
    return command.promise;
  };

  const sendCommand = (command: IoredisCommand, stream?: IoredisStream): unknown => {
    const run = (): unknown => sendHere(command, stream);
    return inCluster === undefined ? run() : inCluster.runInContextOf(command, run);
  };

  const commandNames = new Set(client.getBuiltinCommands());
  const overrides = {
    sendCommand,
    duplicate: (...parameters: readonly unknown[]) =>
      shimIoredis(client.duplicate(...parameters) as IoredisClient, handle),
  };
  return createShim(client, overrides, (name) => isCommandMethod(name, commandNames));
}

/**
 * `ASKING`, which a cluster sends before a command that it was told to ask of another server, is about the
 * very next command there: the two must not be parted.
 */
function createAskingPrefix(client: IoredisClient): {
  hold(command: IoredisCommand): Promise<unknown>;
  take(): () => void;
} {
  let held: IoredisCommand | undefined;
  const take = (): (() => void) => {
    const command = held;
    held = undefined;
    return () => command && client.sendCommand(command);
  };
  return {
    hold: (command) => {
      held = command;
      // Nothing follows in this turn: it was somebody's own.
      queueMicrotask(() => {
        if (held === command) take()();
      });
      return command.promise;
    },
    take,
  };
}

/** What a cluster tells the shims of its connections. */
export interface InCluster {
  /** Runs `run` in the asynchronous context of whoever called for the command. */
  runInContextOf(command: IoredisCommand, run: () => unknown): unknown;
}

/** Methods that send commands through `this`: the commands, and what is built on them. */
export function isCommandMethod(name: string, commandNames: ReadonlySet<string>): boolean {
  return (
    commandNames.has(name) ||
    commandNames.has(name.replace(/Buffer$/, '')) ||
    BUILT_ON_COMMANDS.has(name) ||
    /[sS]can(?:Buffer)?Stream$/.test(name)
  );
}

const BUILT_ON_COMMANDS: ReadonlySet<string> = new Set([
  ...['call', 'callBuffer', 'send_command', 'pipeline', 'multi', 'exec', 'createScanStream'],
]);

function toOperation(
  client: IoredisClient,
  link: RedisLink,
  command: IoredisCommand,
  plan: CommandPlan,
  sendPrefix: () => void,
): Operation<Reply> {
  let wasSent = false;
  return {
    ...plan,
    repeatable: plan.kind === 'read' && !plan.blocking,
    send: () => {
      const { stand, replied } = createStandIn(command, () => (wasSent = true));
      sendPrefix();
      send(client, stand);
      return replied;
    },
    sendAt: (origin) => {
      const { stand, replied } = createStandIn(command, () => undefined);
      send(findOrigin<IoredisClient>(origin, 'getBuiltinCommands'), stand);
      return replied;
    },
    hasWritten: (reply) => hasCommandWritten(plan, reply),
    mayHaveWritten: (error) =>
      link.isErrorReply(error) ? mayHaveWrittenThough(plan, error) : wasSent,
  };
}

type Settled = PromiseSettledResult<Reply>;

/** Gives each command of a pipeline its outcome. */
async function settleBatch(
  commands: readonly IoredisCommand[],
  running: Promise<readonly Settled[]>,
): Promise<void> {
  let outcomes: readonly Settled[];
  try {
    outcomes = await running;
  } catch (reason) {
    outcomes = commands.map(() => ({ status: 'rejected', reason }));
  }
  for (const [index, command] of commands.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status === 'fulfilled') command.resolve(outcome.value);
    else command.reject(outcome?.reason as Error);
  }
}

/** The commands of a pipeline as one operation. It never fails: each command has its outcome. */
function toBatchOperation(
  client: IoredisClient,
  link: RedisLink,
  commands: readonly IoredisCommand[],
  stream: IoredisStream,
): Operation<Settled[]> {
  const plans = commands.map(({ name, args }) => planCommand(name, args));
  const wasSent = commands.map(() => false);
  const hasFailedUnderWay = (outcome: Settled, index: number): boolean =>
    outcome.status === 'rejected' && !link.isErrorReply(outcome.reason) && wasSent[index] === true;
  return {
    ...combinePlans(plans),
    repeatable: false,
    send: () => {
      const replies = commands.map((command, index) => {
        const { stand, replied } = createStandIn(command, () => (wasSent[index] = true));
        send(client, stand, stream);
        return replied;
      });
      return Promise.allSettled(replies);
    },
    hasWritten: (outcomes) =>
      outcomes.some(hasFailedUnderWay) || haveWritten(plans, outcomes.map(toReply)),
    mayHaveWritten: () => false,
  };
}

function send(client: IoredisClient, stand: IoredisCommand, stream?: IoredisStream): void {
  const sent = client.sendCommand(stand, stream);
  // Where commands are traced it is a promise of its own, which the caller never sees.
  if (sent instanceof Promise && sent !== stand.promise) sent.catch(() => undefined);
}

function toReply(outcome: Settled): Reply {
  return outcome.status === 'fulfilled' ? outcome.value : outcome.reason;
}

interface StandIn {
  readonly stand: IoredisCommand;
  readonly replied: Promise<Reply>;
}

/** A command that is sent in the place of `command`: the same in everything but who is answered. */
function createStandIn(command: IoredisCommand, onSent: () => void): StandIn {
  // A copy: an object that is another one's prototype makes the driver slow for every command.
  const prototype = Object.getPrototypeOf(command) as object;
  const stand = Object.assign(Object.create(prototype) as IoredisCommand, command);
  const replied = new Promise<Reply>((resolve, reject) => {
    stand.resolve = (reply) => {
      stand._clearTimers?.();
      resolve(reply);
    };
    stand.reject = (error) => {
      stand._clearTimers?.();
      reject(error);
    };
  });
  const { setReplyContext } = command;
  if (setReplyContext !== undefined) stand.setReplyContext = setReplyContext.bind(command);
  // Scripts have a method of their own here.
  stand.toWritable = (socket) => {
    onSent();
    return command.toWritable.call(stand, socket);
  };
  return { stand, replied };
}
