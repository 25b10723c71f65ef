import { AsyncResource } from 'node:async_hooks';
import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { planCommand } from './command-plan.js';
import type { CommandPlan, Parameter } from './command-plan.js';
import { CommandRunner } from './command-runner.js';
import type { NodeRedisClient, NodeRedisPool, QueuedCommand, Run } from './node-redis-driver.js';
import { createNodeRedisLink, wasNeverSent } from './node-redis-link.js';
import { toGeneratedMethods, toHookedCallers, toViewMethods } from './node-redis-methods.js';
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
  return shimView(createShimmed(client, handle, false), client);
}

/**
 * `pool` with its writes reported to `handle` and its reads waiting through it: all it does, it does
 * on one of its clients, through `execute`. A read that waits keeps its client meanwhile.
 */
export function shimNodeRedisPool(pool: NodeRedisPool, handle: StoreHandle): NodeRedisPool {
  return shimPoolView(pool, createNodeShims(handle, false));
}

function shimPoolView(pool: NodeRedisPool, nodes: NodeShims): NodeRedisPool {
  // One that waits for a client is run where another one has given it back: in that one's context.
  const execute = (run: Run): Promise<unknown> =>
    pool.execute(AsyncResource.bind((node: NodeRedisClient) => run(nodes.toShim(node))));
  const overrides = {
    ...toGeneratedMethods(pool, toHookedCallers(pool, { execute: { value: execute } })),
    ...toViewMethods(pool, (view) => shimPoolView(view, nodes)),
    execute,
  };
  return createShim(pool, overrides, () => true);
}

/** Wraps the clients that a pool, sentinel or cluster has of its servers, each one once. */
export interface NodeShims {
  toShim(node: NodeRedisClient): NodeRedisClient;
  /** The same client, before each of whose commands another one is sent, in the same packet. */
  toShimOfView(node: NodeRedisClient, view: NodeRedisClient): NodeRedisClient;
}

export function createNodeShims(handle: StoreHandle, isInCluster: boolean): NodeShims {
  const known = new WeakMap<NodeRedisClient, Shimmed>();
  const shims = new WeakMap<NodeRedisClient, NodeRedisClient>();
  const toShimmed = (node: NodeRedisClient): Shimmed => {
    const shimmed = known.get(node) ?? createShimmed(node, handle, isInCluster);
    known.set(node, shimmed);
    return shimmed;
  };
  return {
    toShim: (node) => {
      const shim = shims.get(node) ?? shimView(toShimmed(node), node);
      shims.set(node, shim);
      return shim;
    },
    toShimOfView: (node, view) => shimView(toShimmed(node), view),
  };
}

function createShimmed(
  client: NodeRedisClient,
  handle: StoreHandle,
  isInCluster: boolean,
): Shimmed {
  const link = createNodeRedisLink(client._self, isInCluster);
  return { link, runner: new CommandRunner(link, handle), handle };
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
    if (runner.mayPass(plan)) return send();
    return runner.run({
      ...toOperation(shimmed, plan, send),
      sendAt: (origin) =>
        findOrigin<NodeRedisClient>(origin, '_executeMulti').sendCommand(parameters, options),
    });
  };
  const executeMulti = (commands: Batch, ...rest: readonly unknown[]): Promise<unknown> => {
    const plans = toPlans(commands);
    const send = (): Promise<readonly Reply[]> => client._executeMulti(commands, ...rest);
    if (runner.mayPass({ kind: 'write' })) return send();
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
    if (runner.mayPass({ kind: 'write' })) return send();
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
    ...toGeneratedMethods(client, toHookedCallers(client, { sendCommand: { value: sendCommand } })),
    ...toViewMethods(client, (view) => shimView(shimmed, view)),
    sendCommand,
    _executeMulti: executeMulti,
    _executePipeline: executePipeline,
    duplicate: (...parameters: readonly unknown[]) =>
      shimNodeRedis(client.duplicate(...parameters), handle),
    createPool: (...parameters: readonly unknown[]) =>
      shimNodeRedisPool(client.createPool(...parameters), handle),
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
