/** What `bench open` measures, from what the user asked for. */
import { RendezvousError } from '@rendezvous/protocol';
import { suggestNearest } from '../nearest.js';
import { isOpenJournal, OPEN_JOURNALS, type OpenJournalName } from './open-journal.js';
import { parseCounts, splitList } from './parse-counts.js';

/** A request opens one branch in each of its stores, and waits for all of them. */
export interface OpenLoad {
  readonly connections: number;
  /** Requests in flight per connection, at most. */
  readonly depth: number;
  readonly storesPerRequest: number;
  /** Requests that become due a second, on all connections together; null: as many as `depth` admits. */
  readonly ratePerSec: number | null;
}

export interface OpenPlan {
  readonly loads: readonly OpenLoad[];
  /** In the order of the report; none twice. */
  readonly journals: readonly OpenJournalName[];
}

export interface PlanTexts {
  /** Undefined: 5. */
  readonly connections: string | undefined;
  /** Undefined: 200, or as many as the node takes where that is less. */
  readonly depth: string | undefined;
  /** Instead of both: connections with one request in flight each. */
  readonly clients: string | undefined;
  readonly storesPerRequest: string;
  readonly journal: string;
  readonly rate: number | undefined;
}

const CONNECTIONS_MAX = 10_000;
const DEPTH_MAX = 65_536;
const STORES_MAX = 1_000;
const DEFAULT_CONNECTIONS = '5';
const DEFAULT_DEPTH = 200;
/** Three quarters of the opens that a node lets await its journal: beyond that it refuses some. */
const BRANCHES_IN_FLIGHT_MAX = 150_000;

interface Shape {
  readonly connections: number;
  /** Undefined: nobody asked for one. */
  readonly depth: number | undefined;
}

/** Throws `config_invalid`, naming the option, for what cannot be measured. */
export function parseOpenPlan(texts: PlanTexts): OpenPlan {
  const stores = parseCounts('--stores-per-request', texts.storesPerRequest, STORES_MAX);
  const loads = parseShapes(texts).flatMap(({ connections, depth }) =>
    stores.map((storesPerRequest) => ({
      connections,
      depth: depth ?? fitDepth(connections * storesPerRequest),
      storesPerRequest,
      ratePerSec: texts.rate ?? null,
    })),
  );
  loads.forEach(checkLoad);
  return { loads, journals: parseJournals(texts.journal) };
}

function parseShapes({ clients, connections, depth }: PlanTexts): Shape[] {
  if (clients === undefined) {
    return pair(
      parseCounts('--connections', connections ?? DEFAULT_CONNECTIONS, CONNECTIONS_MAX),
      depth === undefined ? [undefined] : parseCounts('--depth', depth, DEPTH_MAX),
    );
  }
  if (connections === undefined && depth === undefined) {
    return parseCounts('--clients', clients, CONNECTIONS_MAX).map((count) => ({
      connections: count,
      depth: 1,
    }));
  }
  throw invalid(
    '--clients N is short for --connections N --depth 1: leave the others out, or --clients',
  );
}

/** The depth when nobody asked for one; `width`: branches in flight at a depth of 1. */
function fitDepth(width: number): number {
  return Math.min(DEFAULT_DEPTH, Math.max(1, Math.floor(BRANCHES_IN_FLIGHT_MAX / width)));
}

/** `total` as `count` whole numbers that differ by one at most, the larger ones first. */
export function splitEvenly(total: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.ceil((total - index) / count));
}

/** The first with the first, and so on; a single value goes with all of the other list. */
function pair(connections: readonly number[], depths: readonly (number | undefined)[]): Shape[] {
  const length = Math.max(connections.length, depths.length);
  const isComplete = (list: readonly unknown[]): boolean =>
    list.length === length || list.length === 1;
  if (!isComplete(connections) || !isComplete(depths)) {
    throw invalid(
      `--connections has ${connections.length} values and --depth ${depths.length}: give as many of both, or one of either`,
    );
  }
  return Array.from({ length }, (_, index) => ({
    connections: connections[index] ?? connections[0] ?? 0,
    depth: depths[index] ?? depths[0],
  }));
}

function checkLoad({ connections, depth, storesPerRequest }: OpenLoad): void {
  const inFlight = connections * depth * storesPerRequest;
  if (inFlight <= BRANCHES_IN_FLIGHT_MAX) return;
  throw invalid(
    `${connections} connections × ${depth} requests × ${storesPerRequest} stores are ${inFlight} opens in flight; beyond ${BRANCHES_IN_FLIGHT_MAX} the node refuses some: ask for fewer connections, depth or stores`,
  );
}

function parseJournals(text: string): OpenJournalName[] {
  const names = splitList(text);
  return names.map((name, index) => {
    if (!isOpenJournal(name)) {
      throw invalid(
        `--journal takes ${OPEN_JOURNALS.join(', ')}, not "${name}".${suggestNearest(name, OPEN_JOURNALS)}`,
      );
    }
    if (names.indexOf(name) !== index) throw invalid(`--journal names ${name} twice`);
    return name;
  });
}

function invalid(problem: string): RendezvousError {
  return new RendezvousError('config_invalid', `bench open: ${problem}`);
}
