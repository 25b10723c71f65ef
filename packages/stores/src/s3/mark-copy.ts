/**
 * Gives a copy a marker of its own. A copy takes its source's metadata, marker included, unless the
 * request names all of them: then they are read at the source, and named, with the new marker.
 */
import type { Fields, SdkClient, SdkCommand } from '../aws-sdk/driver.js';
import { askRaw, stripRequest } from './ask-raw.js';
import { parseCopySource } from './copy-source.js';
import { addMarker, type Metadata } from './marker-metadata.js';

/** What the metadata of an object are beside its own, by the header that tells it. */
const SYSTEM_METADATA: Readonly<Record<string, string>> = {
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-language': 'ContentLanguage',
  'content-type': 'ContentType',
};

const META_HEADER = /^x-amz-meta-/;

/**
 * The request with the marker; as it is where that is not possible: the source cannot be read or is
 * encrypted with a key of the caller's, the object is copied onto itself, or there is no room.
 */
export async function markCopy(
  client: SdkClient,
  command: SdkCommand,
  input: Fields,
  bid: string,
): Promise<Fields> {
  if (input['MetadataDirective'] === 'REPLACE') {
    const Metadata = addMarker((input['Metadata'] ?? {}) as Metadata, bid);
    return Metadata ? { ...input, Metadata } : input;
  }
  const source = parseCopySource(input['CopySource']);
  if (!source || input['CopySourceSSECustomerKey'] !== undefined) return input;
  // Only with metadata that change S3 takes such a copy: it must be refused as it was.
  if (source.bucket === input['Bucket'] && source.key === input['Key']) return input;
  const answer = await askRaw(client, command, {
    ...source,
    change(request) {
      stripRequest(request, 'HEAD');
      if (source.versionId !== undefined) request.query = { versionId: source.versionId };
    },
  });
  if (!answer) return input;
  const { metadata, system, expires } = readMetadata(answer.headers);
  const Metadata = addMarker(metadata, bid);
  if (!Metadata) return input;
  return {
    ...input,
    ...system,
    ...(expires && { Expires: expires }),
    MetadataDirective: 'REPLACE',
    Metadata,
    // The metadata belong to what is copied, even if somebody writes the source meanwhile.
    ...(hasCondition(input) ? {} : { CopySourceIfMatch: answer.headers['etag'] }),
  };
}

function readMetadata(headers: Readonly<Record<string, string>>): {
  readonly metadata: Metadata;
  readonly system: Fields;
  readonly expires: Date | undefined;
} {
  const metadata: Record<string, string> = {};
  const system: Record<string, unknown> = {};
  for (const name of Object.values(SYSTEM_METADATA)) system[name] = undefined;
  for (const [name, value] of Object.entries(headers)) {
    if (META_HEADER.test(name)) metadata[name.replace(META_HEADER, '')] = value;
    const field = SYSTEM_METADATA[name];
    if (field !== undefined) system[field] = value;
  }
  const expiresMs = Date.parse(headers['expires'] ?? '');
  return { metadata, system, expires: Number.isNaN(expiresMs) ? undefined : new Date(expiresMs) };
}

function hasCondition(input: Fields): boolean {
  return Object.keys(input).some((name) => name.startsWith('CopySourceIf'));
}
