/** On which buses, streams, state machines and functions a bookmark may travel inside the user's data. */
export class Envelopes {
  readonly #names: ReadonlySet<string>;

  /** `names`: names or ARNs. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map(toResourceName));
  }

  allows(nameOrArn: string | undefined): boolean {
    return nameOrArn !== undefined && this.#names.has(toResourceName(nameOrArn));
  }
}

/**
 * The bare name, whatever it was called by:
 *
 *     arn:aws:events:eu-west-1:123456789012:event-bus/orders
 *     arn:aws:kinesis:eu-west-1:123456789012:stream/orders
 *     arn:aws:states:eu-west-1:123456789012:stateMachine:orders[:alias]
 *     [arn:aws:lambda:eu-west-1:][123456789012:function:]orders[:alias]
 */
function toResourceName(nameOrArn: string): string {
  const [, slashed] = /:(?:event-bus|stream)\/([^/]+)$/.exec(nameOrArn) ?? [];
  const [, coloned] = /(?:^|:)(?:stateMachine|function):([^:]+)/.exec(nameOrArn) ?? [];
  return slashed ?? coloned ?? nameOrArn.replace(/:.*$/, '');
}
