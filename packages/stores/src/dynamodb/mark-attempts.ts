/**
 * A middleware below the SDK's retries: each attempt at a write but the first leaves a marker of its own,
 * `<bid>.<attempt>`. An attempt whose answer was lost may be carried out, and then once more after
 * somebody else's write; with the same marker an old copy of the item could pass for the new one.
 */
import type { Middleware } from '../aws-sdk/driver.js';

export const markAttempts: Middleware = (next, context) => (args) => {
  const { rendezvousMarker: marker } = context;
  const { request } = args;
  if (marker === undefined || request === undefined) return next(args);
  marker.attempts += 1;
  const { bid, attempts } = marker;
  const text = toText(request.body);
  if (attempts === 1 || text === undefined) return next(args);
  // A bid is random: nothing else in the request looks like it.
  const body = new TextEncoder().encode(
    text.replaceAll(new RegExp(`${bid}(\\.\\d+)?`, 'g'), `${bid}.${attempts}`),
  );
  request.body = body;
  request.headers['content-length'] = String(body.byteLength);
  return next(args);
};

/** The SDK holds a body as text, or as its bytes. */
function toText(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : undefined;
}
