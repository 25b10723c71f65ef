/** Where a copy comes from. */

export interface CopySource {
  /** A bucket, or an access point's ARN. */
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** Reads `bucket/key`, or an access point's `arn:…/object/key`, URL-encoded, with `?versionId=`. */
export function parseCopySource(source: unknown): CopySource | undefined {
  if (typeof source !== 'string') return undefined;
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=(.*))?$/s.exec(source) ?? [];
  try {
    const decoded = decodeURIComponent(path);
    const parts =
      /^(arn:[^/]+\/[^/]+)\/object\/(.+)$/s.exec(decoded) ?? /^([^/]+)\/(.+)$/s.exec(decoded);
    const [, bucket, key] = parts ?? [];
    return bucket === undefined || key === undefined ? undefined : { bucket, key, versionId };
  } catch {
    // No URL's text.
    return undefined;
  }
}
