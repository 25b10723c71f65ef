import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { planCommand } from './command-plan.js';
import type { CommandPlan, Parameter } from './command-plan.js';
import { CommandRunner } from './command-runner.js';
import type { NodeRedisClient, QueuedCommand } from './node-redis-driver.js';
import { createNodeRedisLink, wasNeverSent } from './node-redis-link.js';
import {
  combinePlans,
  hasCommandWritten,
  hasExecWritten,
  haveWritten,
  mayHaveWrittenThough,
} from './operation.js';
import type { Operation, Reply } from './operation.js';
import { findOrigin } from './origin.js';
import type { RedisLink } from './redis-link.js';

/** `client` with its writes reported to `handle` and its reads waiting through it. */
export function shimNodeRedis(client: NodeRedisClient, handle: StoreHandle): NodeRedisClient {
  const link = createNodeRedisLink(client._self);
  return shimView({ link, runner: new CommandRunner(link, handle), handle }, client);
}

/** What the views of one client (`withTypeMapping()` and the like) have in common. */
interface Shimmed {
  readonly link: RedisLink;
  readonly runner: CommandRunner;
  readonly handle: StoreHandle;
}

type Batch = readonly QueuedCommand[];

function shimView(shimmed: Shimmed, client: NodeRedisClient): NodeRedisClient {
  const { runner, handle } = shimmed;
  const sendCommand = (parameters: readonly Parameter[], options?: object): Promise<unknown> => {
    const send = (): Promise<unknown> => client.sendCommand(parameters, options);
    const [name = '', ...rest] = parameters;
    const plan = planCommand(Buffer.from(name).toString(), rest);
    if (runner.mayPass(plan.kind)) return send();
    return runner.run({
      ...toOperation(shimmed, plan, send),
      sendAt: (origin) =>
        findOrigin<NodeRedisClient>(origin, '_executeMulti').sendCommand(parameters, options),
    });
  };
  const executeMulti = (commands: Batch, ...rest: readonly unknown[]): Promise<unknown> => {
    const plans = toPlans(commands);
    const send = (): Promise<readonly Reply[]> => client._executeMulti(commands, ...rest);
    if (runner.mayPass('write')) return send();
    return runner.run({
      ...combinePlans(plans),
      repeatable: false,
      send,
      hasWritten: (replies) => hasExecWritten(plans, replies),
      mayHaveWritten: (error) => !shimmed.link.isErrorReply(error) && !wasNeverSent(error),
    });
  };
  const executePipeline = (commands: Batch, ...rest: readonly unknown[]): Promise<unknown> => {
    const plans = toPlans(commands);
    const send = (): Promise<readonly Reply[]> => client._executePipeline(commands, ...rest);
    if (runner.mayPass('write')) return send();
    return runner.run({
      ...combinePlans(plans),
      repeatable: false,
      send,
      hasWritten: (replies) => haveWritten(plans, replies),
      // The first error stands for all: the other commands may well have succeeded.
      mayHaveWritten: (error) =>
        !wasNeverSent(error) && (plans.length > 1 || !shimmed.link.isErrorReply(error)),
    });
  };
  const overrides = {
    ...toCommandMethods(client, sendCommand),
    ...toViewMethods(shimmed, client),
    sendCommand,
    _executeMulti: executeMulti,
    _executePipeline: executePipeline,
    duplicate: (...parameters: readonly unknown[]) =>
      shimNodeRedis(client.duplicate(...parameters), handle),
    createPool: () => {
      throw new RendezvousError(
        'config_invalid',
        'a wrapped client makes no pools: this comes later',
      );
    },
  };
  return createShim(client, overrides, () => true);
}

function toPlans(commands: Batch): CommandPlan[] {
  return commands.map(({ args: [name = '', ...rest] }) =>
    planCommand(Buffer.from(name).toString(), rest),
  );
}

function toOperation(
  { link }: Shimmed,
  plan: CommandPlan,
  send: () => Promise<Reply>,
): Operation<Reply> {
  return {
    ...plan,
    repeatable: plan.kind === 'read' && !plan.blocking,
    send,
    hasWritten: (reply) => hasCommandWritten(plan, reply),
    mayHaveWritten: (error) =>
      link.isErrorReply(error) ? mayHaveWrittenThough(plan, error) : !wasNeverSent(error),
  };
}

/**
 * The methods that the driver generates, one per command, script and module. They send through
 * `this` or `this._self`: here these are objects that inherit everything but `sendCommand`.
 */
function toCommandMethods(
  client: NodeRedisClient,
  sendCommand: NodeRedisClient['sendCommand'],
): Record<string, unknown> {
  const sending = { sendCommand: { value: sendCommand } };
  const self: object = Object.create(client._self, sending) as object;
  const caller: object = Object.create(client, { ...sending, _self: { value: self } }) as object;
  const moduleCaller: object = Object.create(client, sending) as object;
  const methods: Record<string, unknown> = {};
  const generated = Object.getPrototypeOf(client._self) as object;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(generated))) {
    if (name === 'constructor' || name === 'Multi') continue;
    if (typeof property.value === 'function') {
      const method = property.value as (...parameters: readonly unknown[]) => unknown;
      methods[name] = (...parameters: readonly unknown[]) =>
        Reflect.apply(method, caller, parameters);
    } else if (property.get !== undefined) {
      methods[name] = property.get.call(moduleCaller);
    }
  }
  return methods;
}

/** Methods that return the client with other options. */
function toViewMethods(shimmed: Shimmed, client: NodeRedisClient): Record<string, unknown> {
  const methods: Record<string, unknown> = {};
  for (const name of ['withCommandOptions', 'withTypeMapping', 'withAbortSignal', 'asap']) {
    const method: unknown = Reflect.get(client, name);
    if (typeof method !== 'function') continue;
    methods[name] = (...parameters: readonly unknown[]) =>
      shimView(shimmed, Reflect.apply(method, client, parameters) as NodeRedisClient);
  }
  return methods;
}
