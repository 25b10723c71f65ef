/** What PartiQL means to Rendezvous: one statement, a batch, or a transaction of them. */
import type { Fields } from '../aws-sdk/driver.js';
import { type ItemPlace, toItemKey } from './item-key.js';
import { MARKER_ATTRIBUTE } from './marker-attribute.js';
import { parseStatement, type Statement } from './partiql.js';
import type { PlanInput, ReadPlan, RequestPlan, WritePlan } from './request-plan.js';

interface StatementFields extends Fields {
  readonly Statement?: string;
  readonly Parameters?: readonly unknown[];
}

/** `ExecuteStatement`, `BatchExecuteStatement` or `ExecuteTransaction`. */
export async function planStatements(request: PlanInput): Promise<RequestPlan> {
  const { input, commandName } = request;
  const list = (input['TransactStatements'] ?? input['Statements']) as
    readonly StatementFields[] | undefined;
  const all: readonly StatementFields[] = list ?? [input];
  const parsed = all.map(({ Statement: text }) => parseStatement(text ?? ''));
  const isWrite = all.some(({ Statement: text = '' }) => !/^\s*(select|exists)\b/i.test(text));
  const written = all.map((fields, index) => ({ fields, statement: parsed[index] }));
  const touching = written.filter(({ statement }) => !isWrite || statement?.verb !== 'SELECT');
  const places = await Promise.all(
    touching
      .filter(({ fields: { Statement: text = '' } }) => !/^\s*exists\b/i.test(text))
      .map(({ fields, statement }) => placeOf(request, fields, statement)),
  );
  const known = places.filter((place) => place !== undefined);
  const whole = known.length === places.length && known.length > 0 ? known : undefined;
  if (isWrite) return toWritePlan(input, all, whole);
  const indexed = parsed.find((statement) => statement?.index !== undefined);
  const globalIndex = indexed && (await globalIndexOf(request, indexed));
  const isTransaction = commandName === 'ExecuteTransactionCommand';
  return toReadPlan(input, list, whole, globalIndex, isTransaction);
}

function toWritePlan(
  input: Fields,
  all: readonly StatementFields[],
  places: readonly ItemPlace[] | undefined,
): WritePlan {
  const mark = (bid: string): Fields => {
    if (input['ClientRequestToken'] !== undefined) return input;
    const marked = all.map((fields) => markStatement(fields, bid));
    if (input['TransactStatements']) return { ...input, TransactStatements: marked };
    return input['Statements'] ? { ...input, Statements: marked } : { ...input, ...marked[0] };
  };
  // Of PartiQL, only transactions have a token.
  const isIdempotent = input['TransactStatements'] !== undefined;
  return { kind: 'write', places, isIdempotent, mark };
}

function toReadPlan(
  input: Fields,
  list: readonly StatementFields[] | undefined,
  places: readonly ItemPlace[] | undefined,
  globalIndex: string | undefined,
  isTransaction: boolean,
): ReadPlan {
  return {
    kind: 'read',
    places,
    globalIndex,
    isStrong: isTransaction || (list ?? [input]).every((one) => one['ConsistentRead'] === true),
    strengthen: () =>
      list
        ? { ...input, Statements: list.map((one) => ({ ...one, ConsistentRead: true })) }
        : { ...input, ConsistentRead: true },
  };
}

/** A bid has no character that needs escaping. */
function markStatement(fields: StatementFields, bid: string): StatementFields {
  const { Statement: text = '' } = fields;
  const { markAt, verb } = parseStatement(text) ?? {};
  if (markAt === undefined) return fields;
  const marker =
    verb === 'INSERT' ? ` '${MARKER_ATTRIBUTE}': '${bid}',` : ` SET ${MARKER_ATTRIBUTE} = '${bid}'`;
  return { ...fields, Statement: text.slice(0, markAt) + marker + text.slice(markAt) };
}

async function placeOf(
  { shapeOf, isDocument }: PlanInput,
  { Parameters = [] }: StatementFields,
  statement: Statement | undefined,
): Promise<ItemPlace | undefined> {
  if (!statement || statement.index !== undefined) return undefined;
  const { table, values } = statement;
  const shape = await shapeOf(table);
  if (!shape) return undefined;
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of values) {
    if (typeof value === 'number') attributes[name] = Parameters[value];
    else if (!isDocument) attributes[name] = value;
    else attributes[name] = 'S' in value ? value.S : { value: value.N };
  }
  const key = toItemKey(attributes, shape.keyNames, isDocument);
  return key && { table, key };
}

async function globalIndexOf(
  { shapeOf }: PlanInput,
  { table, index }: Statement,
): Promise<string | undefined> {
  const shape = await shapeOf(table);
  return index !== undefined && shape?.localIndexes.has(index) ? undefined : index;
}
