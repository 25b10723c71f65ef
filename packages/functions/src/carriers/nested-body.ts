/**
 * The baggage of a message that another service wrapped into the body of its own:
 *
 *     SNS ─▶ SQS without raw delivery:  { "Type": "Notification", "MessageAttributes": { "baggage": { "Value": … } } }
 *     EventBridge ─▶ SQS, SNS:          { "detail-type": …, "detail": { "_rendezvous": … } }
 *     anything in a JSON envelope:      { "_rendezvous": … }
 */

import { envelopeOf, parseOrUndefined } from './json-envelope.js';
import { BAGGAGE } from './message-attributes.js';

interface Nested {
  readonly Type?: unknown;
  readonly Message?: unknown;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Value?: unknown } | undefined>>;
  readonly detail?: unknown;
}

/** Undefined: there is none. A body that merely looks like one of these is the user's own. */
export function readNested(body: string | undefined): string | undefined {
  // Most bodies hold neither word, and need not be parsed.
  if (!body || !(body.includes(BAGGAGE) || body.includes('_rendezvous'))) return undefined;
  const value = parseOrUndefined(body);
  if (typeof value !== 'object' || value === null) return undefined;
  return fromNotification(value) ?? envelopeOf((value as Nested).detail) ?? envelopeOf(value);
}

function fromNotification(nested: Nested): string | undefined {
  if (nested.Type !== 'Notification') return undefined;
  const baggage = nested.MessageAttributes?.[BAGGAGE]?.Value;
  if (typeof baggage === 'string') return baggage;
  return typeof nested.Message === 'string' ? readNested(nested.Message) : undefined;
}
