/**
 * A middleware below the SDK's retries: each attempt at a write but the first leaves a marker of its own,
 * `<bid>.<attempt>`. An attempt whose answer was lost may be carried out, and then once more after
 * somebody else's write; with the same marker an old copy of the item could pass for the new one.
 */
import type { Middleware } from './driver.js';

export const markAttempts: Middleware = (next, context) => (args) => {
  const { rendezvousMarker: marker } = context;
  const { request } = args;
  if (marker === undefined || request === undefined) return next(args);
  marker.attempts += 1;
  const { bid, attempts } = marker;
  if (attempts === 1 || typeof request.body !== 'string') return next(args);
  // A bid is random: nothing else in the request looks like it.
  const body = request.body.replaceAll(new RegExp(`${bid}(\\.\\d+)?`, 'g'), `${bid}.${attempts}`);
  request.body = body;
  request.headers['content-length'] = String(Buffer.byteLength(body));
  return next(args);
};
