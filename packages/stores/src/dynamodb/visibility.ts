import type {
  MarkerReader,
  ProbedReplica,
  ProbeStrategy,
  ReplicaTarget,
} from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { CapacityBudget } from './capacity-budget.js';
import { parseDynamoDBEndpoint } from './endpoint.js';
import { createStreamsClient, createTableClient, type TableClient } from './monitor-driver.js';
import { followStreams } from './follow-streams.js';
import { readMarkers } from './read-markers.js';
import { withHints } from '../aws-sdk/with-hints.js';

/**
 * How a monitor learns that a write has reached a region of a global table: it looks for the marker
 * that the write left beside its item, by the item's key, strongly consistent in that region. No index
 * and no other attribute is needed.
 *
 * DynamoDB charges a lookup by the size of the item, whatever is projected: one unit for each 4 kB of
 * it, at least one. What lookups cost is counted, and bounded.
 */
export interface DynamoDBVisibilityOptions {
  /** Read units a second that each monitor consumes at most, in the long run. Default 500. */
  readonly readUnitsPerSecondMax?: number;
  /** Told what each request of a monitor has consumed, in read units. */
  readonly onConsumed?: (readUnits: number) => void;
}

/** What `BatchGetItem` takes. */
const KEY_COUNT_MAX = 100;
const READ_UNITS_PER_SECOND_MAX = 500;

/**
 * The visibility strategy for DynamoDB tables. Needs the AWS SDK's `@aws-sdk/client-dynamodb`, which
 * it loads for the first monitor. Throws `config_invalid` for an option out of its range.
 *
 * @example
 * const server = await createServer({ strategies: { dynamodb: dynamodbVisibility() }, … });
 */
export function dynamodbVisibility(options: DynamoDBVisibilityOptions = {}): ProbeStrategy {
  const { readUnitsPerSecondMax = READ_UNITS_PER_SECOND_MAX, onConsumed = () => undefined } =
    options;
  if (!(readUnitsPerSecondMax > 0)) {
    throw new RendezvousError('config_invalid', 'readUnitsPerSecondMax must be above 0');
  }
  const connect = ({ endpoint }: ReplicaTarget, signal: AbortSignal): Promise<MarkerReader> =>
    connectReader(endpoint, signal, new CapacityBudget(readUnitsPerSecondMax), onConsumed);
  return {
    kind: 'probe',
    keyCountMax: KEY_COUNT_MAX,
    connectReplica: async (target, signal) =>
      withStreams(await connect(target, signal), target.endpoint),
    connectPrimary: connect,
  };
}

async function connectReader(
  url: string,
  signal: AbortSignal,
  budget: CapacityBudget,
  onConsumed: (readUnits: number) => void,
): Promise<MarkerReader> {
  const client = await createTableClient(parseDynamoDBEndpoint(url));
  try {
    await knock(client, signal);
  } catch (error) {
    client.destroy();
    throw error;
  }
  let announceLoss = (): void => undefined;
  const lost = new Promise<void>((resolve) => (announceLoss = resolve));
  return {
    lost,
    async readMarkers(keys) {
      try {
        return await readMarkers({ client, budget, onConsumed }, keys);
      } catch (error) {
        announceLoss();
        throw error;
      }
    },
    shutdown() {
      client.destroy();
      announceLoss();
      return Promise.resolve();
    },
  };
}

/**
 * Asks for nothing, which DynamoDB refuses and does not charge for: whoever refuses is there. Rejects with
 * `cancelled` when the signal aborts, else with `store_failed`.
 */
async function knock(client: TableClient, signal: AbortSignal): Promise<void> {
  try {
    const nothing = { RequestItems: {}, ReturnConsumedCapacity: 'TOTAL' } as const;
    await client.batchGetItem(nothing, { abortSignal: signal });
  } catch (cause) {
    if (signal.aborted) throw new RendezvousError('cancelled', 'connecting was aborted', { cause });
    if ((cause as Partial<Error> | undefined)?.name === 'ValidationException') return;
    throw new RendezvousError('store_failed', `DynamoDB: ${String(cause)}`, { cause });
  }
}

/** The endpoint's streams say where to look. */
function withStreams(reader: MarkerReader, url: string): ProbedReplica {
  const endpoint = parseDynamoDBEndpoint(url);
  const { streams: arns } = endpoint;
  if (arns.length === 0) return reader;
  return withHints(
    reader,
    () => createStreamsClient(endpoint),
    (client, onChanged, signal) => followStreams({ client, arns, onChanged, signal }),
  );
}
