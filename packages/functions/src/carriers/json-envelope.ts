/**
 * The member `_rendezvous` of a JSON object: for messages that have no place of their own for metadata.
 * It changes what the user sends, so it is only used where the user switched it on.
 *
 * The text is edited, not parsed and written anew: that would round numbers that JSON can hold and
 * JavaScript cannot.
 */

const ENVELOPE = '_rendezvous';

/** The member where we put it: first. */
const OURS = /^\s*\{\s*"_rendezvous"\s*:\s*"(?:[^"\\]|\\.)*"\s*,?/;

/** The envelope's text. Undefined: there is none, or `json` is no JSON object. */
export function readEnvelope(json: string): string | undefined {
  // Most bodies have none, and need not be parsed to find that out.
  return json.includes(`"${ENVELOPE}"`) ? envelopeOf(parseOrUndefined(json)) : undefined;
}

/** The envelope of an object that was parsed already. */
export function envelopeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const envelope = (value as Record<string, unknown>)[ENVELOPE];
  return typeof envelope === 'string' ? envelope : undefined;
}

/** Puts the envelope first. Throws where `json` is no JSON object, or has a member of that name elsewhere. */
export function writeEnvelope(json: string, baggage: string): string {
  const bare = json.replace(OURS, '{');
  const value: unknown = JSON.parse(bare);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || Object.hasOwn(value, ENVELOPE)) throw new TypeError('no place for an envelope');
  const members = bare.slice(bare.indexOf('{') + 1).trimStart();
  const separator = members.startsWith('}') ? '' : ',';
  return `{"${ENVELOPE}":${JSON.stringify(baggage)}${separator}${members}`;
}

export function parseOrUndefined(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
