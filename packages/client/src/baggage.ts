/**
 * The member `rendezvous` of a W3C `baggage` header: found, replaced and added without touching the
 * other members. A bookmark's text needs no escaping there; other propagators may escape it.
 */

const MEMBER = 'rendezvous';
const MEMBER_COUNT_MAX = 64;
const BYTES_MAX = 8_192;

/** The values of our member, oldest first. Undefined: beyond the limits of W3C, nobody need read it. */
export function readBaggage(header: string): readonly string[] | undefined {
  const members = splitMembers(header);
  if (exceedsLimits(members)) return undefined;
  return members.filter(isOurs).map((member) => {
    const [value = ''] = member.slice(member.indexOf('=') + 1).split(';');
    return unescape(value.trim());
  });
}

/** The header with our member at its end. Undefined: it would exceed 64 members or 8,192 bytes. */
export function writeBaggage(header: string, value: string): string | undefined {
  const members = splitMembers(header).filter((member) => !isOurs(member));
  members.push(`${MEMBER}=${value}`);
  return exceedsLimits(members) ? undefined : members.join(',');
}

function splitMembers(header: string): string[] {
  return header
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

function isOurs(member: string): boolean {
  const equals = member.indexOf('=');
  return equals > 0 && member.slice(0, equals).trim() === MEMBER;
}

function exceedsLimits(members: readonly string[]): boolean {
  if (members.length > MEMBER_COUNT_MAX) return true;
  return Buffer.byteLength(members.join(',')) > BYTES_MAX;
}

function unescape(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
