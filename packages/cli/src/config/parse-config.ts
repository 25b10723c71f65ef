/**
 * Turns whatever a configuration file holds into a `Config`, or says everything that is wrong.
 *
 * Two passes: the schema (types, ranges, unknown keys), then what keys say about each other.
 * Messages name the path and never show a value: endpoints carry passwords.
 */
import { isName, RendezvousError } from '@rendezvous/protocol';
import { z } from 'zod';
import { findConflicts } from './config-conflicts.js';
import { describeProblem } from './config-problem.js';
import type { Config } from './config.js';
import { suggestNearest } from '../nearest.js';

/** Throws `config_invalid` with one line per mistake. `source` is the file, as the user knows it. */
export function parseConfig(input: unknown, source: string): Config {
  const parsed = configSchema.safeParse(input, { reportInput: true });
  const problems = parsed.success
    ? findConflicts(parsed.data)
    : parsed.error.issues.map(describeProblem);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new RendezvousError('config_invalid', [`${source}:`, ...problems].join('\n  '));
}

const BRANCH_TTL_MIN_MS = 1_000;
const BRANCH_TTL_MAX_MS = 7 * 24 * 60 * 60 * 1_000;

/** As many as a client can list. */
const NODES_MAX = 16;

const name = z
  .string()
  .refine(isName, 'must be 1 to 32 of a-z, 0-9 and "-", and not start with "-"');

const node = z.string().refine(hasProtocol('ws:', 'wss:'), 'must be a ws:// or wss:// URL');

const regionSchema = strict({
  node: oneOrMore(
    z
      .array(node)
      .refine(({ length }) => length > 0 && length <= NODES_MAX, `must be 1 to ${NODES_MAX} URLs`),
  ).optional(),
  servedBy: z.string().optional(),
});

// Which protocols fit depends on the kind of store: the second pass.
const endpoint = z.string().refine((text) => URL.canParse(text), 'must be a URL');

const endpointsSchema = oneOrMore(z.array(endpoint));

const storeSchema = strict({
  kind: z.enum(['dynamodb', 'mariadb', 'mysql', 'postgres', 'redis', 'redis-cluster', 's3']),
  home: z.string(),
  regions: recordOf(endpointsSchema),
  branchTtlMs: z.int().min(BRANCH_TTL_MIN_MS).max(BRANCH_TTL_MAX_MS).optional(),
});

const policySchema = strict({ mode: z.enum(['enforce', 'observe', 'off']).optional() });

const configSchema = strict({
  namespace: name.optional(),
  regions: recordOf(regionSchema),
  stores: recordOf(storeSchema),
  policy: policySchema.default({}),
});

/** A list, or its only element. */
function oneOrMore<Schema extends z.ZodType>(list: Schema): z.ZodPreprocess<Schema> {
  return z.preprocess((value) => (typeof value === 'string' ? [value] : value), list);
}

/** Things by their names. A map, since a name may be that of something every object has. */
function recordOf<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<ReadonlyMap<string, z.output<Schema>>> {
  return z.record(name, schema).transform((record) => new Map(Object.entries(record)));
}

/** An object that rejects keys it does not know, and says which one was probably meant. */
function strict<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return issue.keys
        .map((key) => `unknown key "${key}".${suggestNearest(key, Object.keys(shape))}`)
        .join(' ');
    },
  });
}

/** Whether a text is a URL with one of these schemes. */
function hasProtocol(...protocols: readonly string[]): (text: string) => boolean {
  return (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
