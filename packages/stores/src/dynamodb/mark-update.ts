import type { Fields } from '../aws-sdk/driver.js';
import { MARKER_ATTRIBUTE } from './marker-attribute.js';

const NAME = `#${MARKER_ATTRIBUTE}`;
const VALUE = `:${MARKER_ATTRIBUTE}`;
const ASSIGNMENT = `${NAME} = ${VALUE}`;
/** `SET` is reserved: as a bare word it is never an attribute. */
const SET_CLAUSE = /(^|[^#:\w])set(?=\s)/i;

/** An `UpdateItem` (or its part of a transaction) that sets the marker, too. */
export function markUpdate(update: Fields, marker: unknown): Fields {
  if (update['AttributeUpdates'] !== undefined || update['Expected'] !== undefined) {
    const set = { [MARKER_ATTRIBUTE]: { Action: 'PUT', Value: marker } };
    return { ...update, AttributeUpdates: { ...(update['AttributeUpdates'] as Fields), ...set } };
  }
  const expression = update['UpdateExpression'];
  // An empty one is refused, and has to be.
  if (expression === '') return update;
  return {
    ...update,
    UpdateExpression: addAssignment((expression as string | undefined) ?? ''),
    ExpressionAttributeNames: {
      ...(update['ExpressionAttributeNames'] as Fields | undefined),
      [NAME]: MARKER_ATTRIBUTE,
    },
    ExpressionAttributeValues: {
      ...(update['ExpressionAttributeValues'] as Fields | undefined),
      [VALUE]: marker,
    },
  };
}

function addAssignment(expression: string): string {
  if (!SET_CLAUSE.test(expression)) return `SET ${ASSIGNMENT} ${expression}`.trimEnd();
  return expression.replace(SET_CLAUSE, (set) => `${set} ${ASSIGNMENT},`);
}
