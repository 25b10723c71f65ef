/**
 * A middleware below the SDK's retries: each attempt at a write but the first leaves a marker of its own,
 * `<bid>.<attempt>`. An attempt whose answer was lost may be carried out, and then once more after
 * somebody else's write; with the same marker an old object could pass for the new one.
 */
import type { Middleware } from '../aws-sdk/driver.js';
import { MARKER_HEADER } from './marker-metadata.js';

export const markAttempts: Middleware = (next, context) => (args) => {
  const { rendezvousMarker: marker } = context;
  const { request } = args;
  if (marker === undefined || request === undefined) return next(args);
  marker.attempts += 1;
  const { bid, attempts } = marker;
  if (attempts > 1 && MARKER_HEADER in request.headers) {
    request.headers[MARKER_HEADER] = `${bid}.${String(attempts)}`;
  }
  return next(args);
};
