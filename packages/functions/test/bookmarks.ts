import { createRendezvous } from '@rendezvous/client';
import type { LogEvent, Rendezvous } from '@rendezvous/client';

/** The text of a bookmark that covers one open. */
export const BOOKMARK = '1~default~01ARZ3NDEKTSV4RRFFQ69G5FAV~0123456789ABCDEF.7~';
/** ... and of another one. */
export const OTHER = '1~default~01ARZ3NDEKTSV4RRFFQ69G5FAW~0123456789ABCDEF.9~';
/** What both cover. */
export const MERGED =
  '1~default~01ARZ3NDEKTSV4RRFFQ69G5FAV!01ARZ3NDEKTSV4RRFFQ69G5FAW~0123456789ABCDEF.9~';
/** Of another namespace. */
export const FOREIGN: string = BOOKMARK.replace('default', 'other');
/** Of a version that is yet to come. */
export const FUTURE: string = BOOKMARK.replace('1~', '2~');

/** A client that only carries: it needs no node. */
export function createCarrying(log: (event: LogEvent) => void = () => undefined): Rendezvous {
  return createRendezvous({ mode: 'off', log });
}
