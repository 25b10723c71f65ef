/** A parsed statement as the request of DynamoDB's other API that does the same. Pure. */
import { DynamoDBFault } from './dynamodb-fault.js';
import type { AttributeValue, Body, Item } from './item.js';
import type { Condition, ParsedStatement, Path } from './partiql-parser.js';

/** Names and values of expressions, by placeholder. */
class Placeholders {
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, AttributeValue> = {};

  name(path: Path): string {
    return path
      .map((part) => {
        const placeholder = `#n${String(Object.keys(this.#names).length)}`;
        this.#names[placeholder] = part;
        return placeholder;
      })
      .join('.');
  }

  value(value: AttributeValue): string {
    const placeholder = `:v${String(Object.keys(this.#values).length)}`;
    this.#values[placeholder] = value;
    return placeholder;
  }

  condition({ path, operator, values }: Condition): string {
    const name = this.name(path);
    const placed = values.map((value) => this.value(value));
    const [first = '', second = ''] = placed;
    if (operator === 'BETWEEN') return `${name} BETWEEN ${first} AND ${second}`;
    if (operator === 'IN') return `${name} IN (${placed.join(', ')})`;
    if (/^[a-z]/.test(operator)) return `${operator}(${name}, ${first})`;
    return `${name} ${operator} ${first}`;
  }

  fields(): Body {
    return {
      ...(Object.keys(this.#names).length > 0 && { ExpressionAttributeNames: this.#names }),
      ...(Object.keys(this.#values).length > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }
}

/** The key that the conditions name. Throws a `DynamoDBFault` where they do not name all of it. */
function toKey({ conditions }: ParsedStatement, keyNames: readonly string[]): Item {
  const key: Record<string, AttributeValue> = {};
  for (const name of keyNames) {
    const [value] = conditions.find((one) => isEqualityOf(one, name))?.values ?? [];
    if (value === undefined) {
      const message = 'Where clause does not contain a mandatory equality on all key attributes';
      throw new DynamoDBFault('ValidationException', message);
    }
    key[name] = value;
  }
  return key;
}

/** `PutItem` of an item that is not there yet. */
export function toPut({ table, item = {} }: ParsedStatement, keyNames: readonly string[]): Body {
  const placeholders = new Placeholders();
  const ConditionExpression = `attribute_not_exists(${placeholders.name(keyNames.slice(0, 1))})`;
  return { TableName: table, Item: item, ConditionExpression, ...placeholders.fields() };
}

/** `UpdateItem` of an item that is there. */
export function toUpdate(statement: ParsedStatement, keyNames: readonly string[]): Body {
  const placeholders = new Placeholders();
  const set: string[] = [];
  const removed: string[] = [];
  for (const { path, value, added } of statement.assignments) {
    const name = placeholders.name(path);
    if (value === undefined) removed.push(name);
    else {
      const start = added ? `${placeholders.name(added.to)} ${added.sign} ` : '';
      set.push(`${name} = ${start}${placeholders.value(value)}`);
    }
  }
  const UpdateExpression = [
    set.length > 0 ? `SET ${set.join(', ')}` : '',
    removed.length > 0 ? `REMOVE ${removed.join(', ')}` : '',
  ].join(' ');
  const exists = `attribute_exists(${placeholders.name(keyNames.slice(0, 1))})`;
  const conditions = rest(statement, keyNames).map((one) => placeholders.condition(one));
  return {
    ...toKeyed(statement, keyNames),
    UpdateExpression,
    ConditionExpression: [exists, ...conditions].join(' AND '),
    ...placeholders.fields(),
  };
}

/** `DeleteItem`, or what a `ConditionCheck` takes where it must be there. */
export function toDelete(statement: ParsedStatement, keyNames: readonly string[]): Body {
  const placeholders = new Placeholders();
  const isCheck = statement.verb === 'EXISTS';
  const exists = isCheck ? [`attribute_exists(${placeholders.name(keyNames.slice(0, 1))})`] : [];
  const conditions = rest(statement, keyNames).map((one) => placeholders.condition(one));
  const all = [...exists, ...conditions];
  return {
    ...toKeyed(statement, keyNames),
    ...(all.length > 0 && { ConditionExpression: all.join(' AND ') }),
    ...placeholders.fields(),
  };
}

/** `GetItem`. */
export function toGet(statement: ParsedStatement, keyNames: readonly string[]): Body {
  const placeholders = new Placeholders();
  return {
    TableName: statement.table,
    Key: toKey(statement, keyNames),
    ...project(statement, placeholders),
    ...placeholders.fields(),
  };
}

/** `Query` where the partition key is named, else `Scan`. `keyNames`: of the table or the index. */
export function toQuery(
  statement: ParsedStatement,
  keyNames: readonly string[],
): { readonly operation: 'Query' | 'Scan'; readonly input: Body } {
  const { table, index, conditions, isDescending } = statement;
  const placeholders = new Placeholders();
  const [partition = '', sort] = keyNames;
  const isQuery = conditions.some((one) => isEqualityOf(one, partition));
  const isOfKey = (one: Condition): boolean =>
    isEqualityOf(one, partition) || (one.path[0] === sort && one.path.length === 1);
  const ofKey = isQuery ? conditions.filter(isOfKey) : [];
  const filters = conditions.filter((one) => !ofKey.includes(one));
  const join = (some: readonly Condition[]): string =>
    some.map((one) => placeholders.condition(one)).join(' AND ');
  const input = {
    TableName: table,
    ...(index !== undefined && { IndexName: index }),
    ...(isQuery && { KeyConditionExpression: join(ofKey) }),
    ...(filters.length > 0 && { FilterExpression: join(filters) }),
    ...(isQuery && isDescending === true && { ScanIndexForward: false }),
    ...project(statement, placeholders),
    ...placeholders.fields(),
  };
  return { operation: isQuery ? 'Query' : 'Scan', input };
}

function toKeyed(statement: ParsedStatement, keyNames: readonly string[]): Body {
  const { table, returned } = statement;
  return {
    TableName: table,
    Key: toKey(statement, keyNames),
    ...(returned !== undefined && { ReturnValues: returned }),
  };
}

function project({ projection }: ParsedStatement, placeholders: Placeholders): Body {
  if (projection === undefined) return {};
  return { ProjectionExpression: projection.map((path) => placeholders.name(path)).join(', ') };
}

/** The conditions that are not the key. */
function rest({ conditions }: ParsedStatement, keyNames: readonly string[]): readonly Condition[] {
  return conditions.filter((one) => !keyNames.some((name) => isEqualityOf(one, name)));
}

function isEqualityOf({ path, operator }: Condition, name: string): boolean {
  return operator === '=' && path.length === 1 && path[0] === name;
}
