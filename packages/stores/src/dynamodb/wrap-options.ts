export interface WrapDynamoDBOptions {
  /**
   * `covered`: a read that depends on a write which became visible here less than 10 s ago, or for
   * which it had to wait, is sent strongly consistent: other reads may be staler than what the
   * monitor saw. `never`: such a read may then still be stale, for about a second as a rule. Default
   * `covered`.
   */
  readonly consistentRead?: 'covered' | 'never';
  /**
   * The store's home, as in the nodes' configuration. With it, a region that is not the home sends
   * reads strongly consistent only for 10 s after a write; without it, whenever there was something
   * to wait for. Default: not known.
   */
  readonly home?: string;
  /** Whether the attribute `rv_bid` is taken out of results. Default true. */
  readonly hideMarkers?: boolean;
  /**
   * The key attributes of tables, by table. A table that is not named is asked for them once, which
   * needs the permission `dynamodb:DescribeTable`. Local indexes of one that is named count as global.
   */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  /**
   * The global secondary index that the handle's region stands for: reads of it wait there. Reads of
   * all other global indexes end as `unknown` when there is anything to wait for.
   */
  readonly index?: string;
  /** The longest that the SDK goes on with a write, retries included, in ms: 1 to 900,000. Default 60,000. */
  readonly leaseMs?: number;
}
