/** What of a bucket is replicated: named by the caller, or asked of the bucket. */
import type { SdkClient, SdkCommand } from '../aws-sdk/driver.js';
import { askRaw, stripRequest } from './ask-raw.js';
import type { WrapS3Options } from './wrap-options.js';

export interface ReplicationRule {
  readonly prefix: string;
  /** Whether deletions are replicated, too. */
  readonly deletes: boolean;
}

/** Rules change rarely; a bucket that could not be asked counts as replicated until it is asked again. */
const ASK_INTERVAL_MS = 600_000;

/** `undefined`: everything, for all that is known. */
type Rules = readonly ReplicationRule[] | undefined;

export class ReplicatedPrefixes {
  readonly #prefixes: WrapS3Options['prefixes'];
  readonly #asked = new Map<string, { readonly atMs: number; readonly rules: Promise<Rules> }>();

  constructor(prefixes: WrapS3Options['prefixes']) {
    this.#prefixes = prefixes;
  }

  /** The rules of a bucket. Never rejects. `command`: any of this client. */
  async find(client: SdkClient, command: SdkCommand, bucket: string): Promise<Rules> {
    const prefixes = this.#prefixes;
    if (prefixes === undefined) return undefined;
    if (prefixes !== 'bucket') {
      return prefixes[bucket]?.map((prefix) => ({ prefix, deletes: true }));
    }
    const nowMs = performance.now();
    const known = this.#asked.get(bucket);
    if (known && nowMs - known.atMs < ASK_INTERVAL_MS) return known.rules;
    const rules = askRules(client, command, bucket);
    this.#asked.set(bucket, { atMs: nowMs, rules });
    return rules;
  }
}

/** Whether what is done to `key` reaches other regions. */
export function isReplicated(rules: Rules, key: string, isDelete: boolean): boolean {
  if (rules === undefined) return true;
  return rules.some(({ prefix, deletes }) => key.startsWith(prefix) && (deletes || !isDelete));
}

async function askRules(client: SdkClient, command: SdkCommand, bucket: string): Promise<Rules> {
  const answer = await askRaw(client, command, {
    bucket,
    key: 'x',
    change(request) {
      stripRequest(request, 'GET');
      request.path = request.path?.replace(/\/x$/, '') || '/';
      request.query = { replication: '' };
    },
  });
  return answer && parseReplication(answer.body);
}

/** The enabled rules of a replication configuration, as S3 answers it. */
export function parseReplication(xml: string): readonly ReplicationRule[] {
  return [...xml.matchAll(/<Rule>(.*?)<\/Rule>/gs)].flatMap(([, rule = '']) => {
    const own = rule.replaceAll(
      /<(DeleteMarkerReplication|Destination|ExistingObjectReplication|SourceSelectionCriteria)>.*?<\/\1>/gs,
      '',
    );
    if (!own.includes('<Status>Enabled</Status>')) return [];
    const [, prefix = ''] = /<Prefix>(.*?)<\/Prefix>/s.exec(own) ?? [];
    const [, markers] = /<DeleteMarkerReplication>\s*<Status>(\w+)<\/Status>/s.exec(rule) ?? [];
    // Rules of the first form, without a filter, always replicate deletions.
    const deletes = markers === 'Enabled' || !/<Filter[>/]/.test(own);
    return [{ prefix: unescapeXml(prefix), deletes }];
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (whole: string, decimal, hex, name) => {
      if (typeof decimal === 'string') return String.fromCodePoint(Number(decimal));
      if (typeof hex === 'string') return String.fromCodePoint(Number.parseInt(hex, 16));
      return ENTITIES[String(name)] ?? whole;
    },
  );
}
