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
  readonly connections: string;
  readonly depth: string;
  readonly storesPerRequest: string;
  readonly journal: string;
  readonly rate: number | undefined;
}

const CONNECTIONS_MAX = 10_000;
const DEPTH_MAX = 65_536;
const STORES_MAX = 100;
/** What one connection of the client has in progress at most. */
const CONNECTION_BRANCHES_MAX = 65_536;
/** Three quarters of the opens that a node lets await its journal: beyond that it refuses some. */
const BRANCHES_IN_FLIGHT_MAX = 150_000;

/** Throws `config_invalid`, naming the option, for what cannot be measured. */
export function parseOpenPlan(texts: PlanTexts): OpenPlan {
  const shapes = pair(
    parseCounts('--connections', texts.connections, CONNECTIONS_MAX),
    parseCounts('--depth', texts.depth, DEPTH_MAX),
  );
  const stores = parseCounts('--stores-per-request', texts.storesPerRequest, STORES_MAX);
  const loads = shapes.flatMap((shape) =>
    stores.map((storesPerRequest) => ({
      ...shape,
      storesPerRequest,
      ratePerSec: texts.rate ?? null,
    })),
  );
  loads.forEach(checkLoad);
  return { loads, journals: parseJournals(texts.journal) };
}

/** `total` as `count` whole numbers that differ by one at most, the larger ones first. */
export function splitEvenly(total: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.ceil((total - index) / count));
}

/** The first with the first, and so on; a single value goes with all of the other list. */
function pair(
  connections: readonly number[],
  depths: readonly number[],
): { readonly connections: number; readonly depth: number }[] {
  const length = Math.max(connections.length, depths.length);
  const isComplete = (list: readonly number[]): boolean =>
    list.length === length || list.length === 1;
  if (!isComplete(connections) || !isComplete(depths)) {
    throw invalid(
      `--connections has ${connections.length} values and --depth ${depths.length}: give as many of both, or one of either`,
    );
  }
  return Array.from({ length }, (_, index) => ({
    connections: connections[index] ?? connections[0] ?? 0,
    depth: depths[index] ?? depths[0] ?? 0,
  }));
}

function checkLoad({ connections, depth, storesPerRequest }: OpenLoad): void {
  const ofConnection = depth * storesPerRequest;
  if (ofConnection > CONNECTION_BRANCHES_MAX) {
    throw invalid(
      `--depth × --stores-per-request is ${ofConnection}; a connection has at most ${CONNECTION_BRANCHES_MAX} opens in flight`,
    );
  }
  const ofAll = connections * ofConnection;
  if (ofAll > BRANCHES_IN_FLIGHT_MAX) {
    throw invalid(
      `--connections × --depth × --stores-per-request is ${ofAll}; have at most ${BRANCHES_IN_FLIGHT_MAX} opens in flight, or the node refuses some`,
    );
  }
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
