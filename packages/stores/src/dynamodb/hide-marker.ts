/** Takes the marker out of what the application gets to see. */
import type { Fields } from '../aws-sdk/driver.js';
import { MARKER_ATTRIBUTE } from './marker-attribute.js';

/** Where answers and errors have an item. */
const ITEM_FIELDS = ['Item', 'Attributes'] as const;

/** The same answer (or error's fields) without markers; `value` itself is changed. */
export function hideMarkers(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const name of ITEM_FIELDS) hideIn(fields[name]);
  // A page of a query.
  for (const item of listOf(fields['Items'])) hideIn(item);
  hideInResponses(fields['Responses']);
  hideInUnprocessed(fields['UnprocessedItems']);
  for (const reason of listOf(fields['CancellationReasons'])) hideMarkers(reason);
}

/** Of a transaction or PartiQL: a list of answers. Of a batch: lists of items by table. */
function hideInResponses(responses: unknown): void {
  if (Array.isArray(responses)) {
    for (const response of responses) {
      hideMarkers(response);
      hideMarkers((response as { readonly Error?: unknown } | undefined)?.Error);
    }
    return;
  }
  for (const items of Object.values((responses ?? {}) as Fields)) {
    for (const item of listOf(items)) hideIn(item);
  }
}

function hideInUnprocessed(unprocessed: unknown): void {
  for (const requests of Object.values((unprocessed ?? {}) as Fields)) {
    for (const request of listOf(requests)) {
      const { PutRequest } = request as { readonly PutRequest?: { readonly Item?: unknown } };
      hideIn(PutRequest?.Item);
    }
  }
}

function hideIn(item: unknown): void {
  if (typeof item !== 'object' || item === null) return;
  Reflect.deleteProperty(item, MARKER_ATTRIBUTE);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
