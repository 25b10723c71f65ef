import type { MysqlPosition } from './position.js';

/**
 * The transaction after which a replica's position is certainly another: what a monitor lets the
 * replica wait for. It is the next one of the only source that moved while this connection
 * looked on. Undefined while none did, or several, or one with gaps: the position may move without it.
 */
export class NextTransaction {
  readonly #moved = new Set<string>();
  #last: ReadonlyMap<string, string> | undefined;
  #next: string | undefined;

  /** In the notation of the server's own waiting function. */
  get next(): string | undefined {
    return this.#next;
  }

  /** Takes in what the replica told. */
  observe(position: MysqlPosition): void {
    const places = toPlaces(position);
    if (this.#last !== undefined) {
      for (const [source, next] of places) {
        if (this.#last.get(source) !== next) this.#moved.add(source);
      }
    }
    this.#last = places;
    const sources = this.#moved.size === 0 ? [...places.keys()] : [...this.#moved];
    const [only] = sources;
    this.#next =
      sources.length === 1 && only !== undefined ? places.get(only) || undefined : undefined;
  }
}

/** Source → its next transaction; empty: it has gaps. */
function toPlaces(position: MysqlPosition): ReadonlyMap<string, string> {
  if (position.flavour === 'mariadb') {
    const gtids = [...position.place.domains.values()];
    return new Map(
      gtids.map(({ domain, server, sequence }) => [
        domain,
        `${domain}-${server}-${String(sequence + 1n)}`,
      ]),
    );
  }
  return new Map(
    [...position.set].map(([source, [interval, ...others]]) => [
      source,
      interval === undefined || others.length > 0 ? '' : `${source}:${String(interval.last + 1n)}`,
    ]),
  );
}
