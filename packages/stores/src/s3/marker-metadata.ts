/** The marker of an object: the bid of its write's branch, in the object's own metadata. */
import type { Fields } from '../aws-sdk/driver.js';

/** Sent as the header `x-amz-meta-rv-bid`. */
export const MARKER_METADATA = 'rv-bid';
export const MARKER_HEADER: string = `x-amz-meta-${MARKER_METADATA}`;

/** What S3 takes of metadata, names and values together. */
const METADATA_BYTES_MAX = 2_048;

export type Metadata = Readonly<Record<string, string>>;

/** `metadata` with the marker, or undefined where there is no room for it. */
export function addMarker(metadata: Metadata, bid: string): Metadata | undefined {
  const marked = { ...metadata, [MARKER_METADATA]: bid };
  const bytes = Object.entries(marked)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return bytes > METADATA_BYTES_MAX ? undefined : marked;
}

/** Takes the marker out of an answer's metadata; `output` itself is changed. */
export function hideMarker(output: Fields | undefined): void {
  const metadata = output?.['Metadata'];
  if (typeof metadata !== 'object' || metadata === null) return;
  Reflect.deleteProperty(metadata, MARKER_METADATA);
}
