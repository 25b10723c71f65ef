/**
 * A set of MySQL's global transaction identifiers, as `gtid_executed` has it:
 *
 *   uuid:1-5:7-9,uuid:tag:1-3          one source per UUID, or per UUID and tag (MySQL 8.3 and later)
 *
 * Sets compare as sets: servers, sources and tags number their transactions independently, and the
 * numbers of one source can have gaps on a replica that applies in parallel.
 */
export type GtidSet = ReadonlyMap<string, readonly GtidInterval[]>;

/** From the first to the last number, both included; of one source in order, apart and not touching. */
export interface GtidInterval {
  readonly first: bigint;
  readonly last: bigint;
}

export const UUID: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/;
const INTERVAL = /^([1-9][0-9]{0,18})(?:-([1-9][0-9]{0,18}))?$/;

/** The set that `text` spells, or undefined if it spells none. The empty text is the empty set. */
export function parseGtidSet(text: string): GtidSet | undefined {
  const intervals = new Map<string, GtidInterval[]>();
  for (const part of text.replaceAll(/\s/g, '').toLowerCase().split(',')) {
    if (part === '') continue;
    const [uuid = '', ...items] = part.split(':');
    if (!UUID.test(uuid) || items.length === 0) return undefined;
    let source = uuid;
    for (const item of items) {
      const interval = parseInterval(item);
      if (interval !== undefined) {
        const known = intervals.get(source);
        if (known === undefined) intervals.set(source, [interval]);
        else known.push(interval);
      } else if (TAG.test(item)) source = `${uuid}:${item}`;
      else return undefined;
    }
  }
  return new Map([...intervals].map(([source, list]) => [source, normalize(list)]));
}

function parseInterval(text: string): GtidInterval | undefined {
  const [, firstText, lastText] = INTERVAL.exec(text) ?? [];
  if (firstText === undefined) return undefined;
  const first = BigInt(firstText);
  const last = lastText === undefined ? first : BigInt(lastText);
  return last < first ? undefined : { first, last };
}

function normalize(intervals: readonly GtidInterval[]): GtidInterval[] {
  const sorted = [...intervals].sort((a, b) => (a.first < b.first ? -1 : 1));
  const merged: GtidInterval[] = [];
  for (const interval of sorted) {
    const previous = merged.at(-1);
    if (previous === undefined || interval.first > previous.last + 1n) merged.push(interval);
    else if (interval.last > previous.last) {
      merged[merged.length - 1] = { first: previous.first, last: interval.last };
    }
  }
  return merged;
}

/** Whether every identifier of `part` is in `whole`. */
export function isSubset(part: GtidSet, whole: GtidSet): boolean {
  return [...part].every(([source, intervals]) => {
    const others = whole.get(source) ?? [];
    return intervals.every(({ first, last }) =>
      others.some((other) => other.first <= first && last <= other.last),
    );
  });
}

export function encodeGtidSet(set: GtidSet): string {
  const sources = [...set].map(([source, intervals]) => {
    const spelled = intervals.map(({ first, last }) =>
      first === last ? String(first) : `${String(first)}-${String(last)}`,
    );
    return `${source}:${spelled.join(':')}`;
  });
  return sources.join(',');
}
