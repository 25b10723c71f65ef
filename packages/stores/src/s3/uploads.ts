/**
 * Markers of uploads in parts. An object has the metadata that its upload was created with, long before
 * the write that its completion is: so the marker is chosen then, and kept by the upload's id.
 */
import { randomBytes } from 'node:crypto';
import { encodeUlid } from '@rendezvous/protocol';

/** Uploads that were never completed here are forgotten, the oldest first. */
const UPLOAD_COUNT_MAX = 10_000;

export class UploadMarkers {
  readonly #markers = new Map<string, string>();

  /** A marker that no branch has as its id. */
  create(): string {
    return encodeUlid(Date.now(), randomBytes(10));
  }

  remember(uploadId: string, marker: string): void {
    this.#markers.set(uploadId, marker);
    if (this.#markers.size <= UPLOAD_COUNT_MAX) return;
    const [oldest] = this.#markers.keys();
    if (oldest !== undefined) this.#markers.delete(oldest);
  }

  /** Undefined for an upload that somebody else created. */
  find(uploadId: unknown): string | undefined {
    return typeof uploadId === 'string' ? this.#markers.get(uploadId) : undefined;
  }
}
