/** PartiQL through either client, in the order in which the statements build on each other. */
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import type { ClientCase } from './dynamodb-cases.js';

interface Statement {
  readonly Statement: string;
  readonly Parameters?: unknown[];
  readonly ConsistentRead?: boolean;
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

/** What both clients have in common, but for the notation of parameters. */
interface StatementClient<C> {
  /** Before the ids of its items. */
  readonly prefix: string;
  readonly text: (value: string) => unknown;
  readonly number: (value: number) => unknown;
  readonly one: (client: C, input: Statement & Page) => Promise<Answer>;
  readonly batch: (client: C, Statements: Statement[]) => Promise<unknown>;
  readonly transaction: (client: C, TransactStatements: Statement[]) => Promise<unknown>;
}

interface Page {
  readonly Limit?: number;
  readonly NextToken?: string;
}

interface Answer {
  readonly Items?: readonly unknown[] | undefined;
  readonly NextToken?: string | undefined;
}

// The clients' types of parameters differ; what they take is the same here.
type LowInput = Parameters<DynamoDB['executeStatement']>[0];

export const LOW_LEVEL_PARTIQL_CASES: readonly ClientCase<DynamoDB>[] = listCases<DynamoDB>({
  prefix: 'low',
  text: (S) => ({ S }),
  number: (value) => ({ N: String(value) }),
  one: (client, input) => client.executeStatement(input as LowInput),
  batch: (client, Statements) =>
    client.batchExecuteStatement({ Statements: Statements as LowInput[] }),
  transaction: (client, TransactStatements) =>
    client.executeTransaction({ TransactStatements: TransactStatements as LowInput[] }),
});

export const DOCUMENT_PARTIQL_CASES: readonly ClientCase<DynamoDBDocument>[] =
  listCases<DynamoDBDocument>({
    prefix: 'document',
    text: (value) => value,
    number: (value) => value,
    one: (client, input) => client.executeStatement(input),
    batch: (client, Statements) => client.batchExecuteStatement({ Statements: Statements }),
    transaction: (client, TransactStatements) =>
      client.executeTransaction({ TransactStatements: TransactStatements }),
  });

function listCases<C>(statements: StatementClient<C>): ClientCase<C>[] {
  return [...listWriteCases(statements), ...listReadCases(statements), ...listSetCases(statements)];
}

const SELECT = 'SELECT * FROM "posts" WHERE id = ?';

function listWriteCases<C>({ prefix, text, number, one }: StatementClient<C>): ClientCase<C>[] {
  const id = (name: string): unknown => text(`${prefix}-${name}`);
  const insert = (name: string, n: number): Statement => ({
    Statement: `INSERT INTO "posts" VALUE {'id': ?, 'n': ?, 'm': {'a': [1, true, null]}}`,
    Parameters: [id(name), number(n)],
  });
  return [
    { title: 'INSERT', branches: 1, run: (c) => one(c, insert('a', 1)) },
    { title: 'INSERT of what is there', branches: 0, run: (c) => one(c, insert('a', 1)) },
    {
      title: 'INSERT without parameters',
      branches: 1,
      run: (c) => one(c, { Statement: `INSERT INTO posts VALUE {'id': '${prefix}-b', 'n': 2}` }),
    },
    {
      title: 'UPDATE, returning all of what is new',
      branches: 1,
      run: (c) =>
        one(c, {
          Statement: `UPDATE "posts" SET n = n + 1 SET t = ? REMOVE m WHERE id = ? RETURNING ALL NEW *`,
          Parameters: [text("it's"), id('a')],
        }),
    },
    {
      title: 'UPDATE, returning what was modified',
      branches: 1,
      run: (c) =>
        one(c, {
          Statement: 'UPDATE "posts" SET n = ? WHERE id = ? RETURNING MODIFIED NEW *',
          Parameters: [number(7), id('a')],
        }),
    },
    {
      title: 'UPDATE, returning what it modified as it was',
      branches: 1,
      run: (c) =>
        one(c, {
          Statement: 'UPDATE "posts" SET n = ? WHERE id = ? RETURNING MODIFIED OLD *',
          Parameters: [number(8), id('a')],
        }),
    },
    {
      title: 'UPDATE that sets what was not there, returning what it modified as it was',
      branches: 1,
      run: (c) =>
        one(c, {
          Statement: 'UPDATE "posts" SET fresh = 1 WHERE id = ? RETURNING MODIFIED OLD *',
          Parameters: [id('a')],
        }),
    },
    {
      title: 'UPDATE that only removes',
      branches: 1,
      run: (c) =>
        one(c, { Statement: 'UPDATE posts REMOVE t WHERE id = ?', Parameters: [id('a')] }),
    },
    {
      title: 'UPDATE of what is not there',
      branches: 0,
      run: (c) =>
        one(c, {
          Statement: 'UPDATE posts SET n = 1 WHERE id = ?',
          Parameters: [id('absent')],
        }),
    },
    {
      title: 'UPDATE whose condition fails, showing the item',
      branches: 0,
      run: (c) =>
        one(c, {
          Statement: 'UPDATE posts SET n = 1 WHERE id = ? AND n < ?',
          Parameters: [id('a'), number(0)],
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
    },
    {
      title: 'a statement that is none',
      branches: 0,
      run: (c) => one(c, { Statement: 'UPDATE posts SETTLE n WHERE id = 1' }),
    },
    {
      title: 'INSERT with too few parameters',
      branches: 0,
      run: (c) => one(c, { Statement: `INSERT INTO posts VALUE {'id': ?}` }),
    },
  ];
}

function listReadCases<C>({ prefix, text, number, one }: StatementClient<C>): ClientCase<C>[] {
  const id = (name: string): unknown => text(`${prefix}-${name}`);
  return [
    {
      title: 'SELECT by key',
      branches: 0,
      run: (c) => one(c, { Statement: SELECT, Parameters: [id('a')] }),
    },
    {
      title: 'SELECT by key, strongly consistent',
      branches: 0,
      run: (c) => one(c, { Statement: SELECT, Parameters: [id('b')], ConsistentRead: true }),
    },
    {
      title: 'SELECT of some attributes',
      branches: 0,
      run: (c) =>
        one(c, { Statement: 'SELECT id, n FROM posts WHERE id = ?', Parameters: [id('a')] }),
    },
    {
      title: 'SELECT without the key',
      branches: 0,
      run: (c) =>
        one(c, {
          Statement: 'SELECT * FROM posts WHERE begins_with(id, ?) AND n = ?',
          Parameters: [text(`${prefix}-`), number(8)],
        }),
    },
    {
      title: 'pages of a SELECT',
      branches: 0,
      run: async (c) => {
        const pages: unknown[] = [];
        let NextToken: string | undefined;
        do {
          const page = await one(c, {
            Statement: 'SELECT * FROM events',
            Limit: 1,
            ...(NextToken !== undefined && { NextToken }),
          });
          pages.push(page.Items);
          ({ NextToken } = page);
        } while (NextToken !== undefined);
        return pages;
      },
    },
    {
      title: 'SELECT of a global index',
      branches: 0,
      run: (c) =>
        one(c, {
          Statement: 'SELECT * FROM "events"."all-levels" WHERE "level" = ?',
          Parameters: [text('info')],
        }),
    },
  ];
}

function listSetCases<C>(statements: StatementClient<C>): ClientCase<C>[] {
  const { prefix, text, number, one, batch, transaction } = statements;
  const id = (name: string): unknown => text(`${prefix}-${name}`);
  const insert = (name: string): Statement => ({
    Statement: `INSERT INTO posts VALUE {'id': ?, 'n': ?}`,
    Parameters: [id(name), number(1)],
  });
  const update = (name: string): Statement => ({
    Statement: 'UPDATE posts SET n = ? WHERE id = ?',
    Parameters: [number(5), id(name)],
  });
  const select = (name: string): Statement => ({ Statement: SELECT, Parameters: [id(name)] });
  return [
    {
      title: 'a batch of writes, one of which fails',
      branches: 1,
      run: (c) => batch(c, [insert('c'), insert('a'), update('b'), update('absent')]),
    },
    {
      title: 'a batch of reads',
      branches: 0,
      run: (c) => batch(c, [select('a'), select('c'), select('absent')]),
    },
    {
      title: 'a batch of reads and writes',
      branches: 0,
      run: (c) => batch(c, [select('a'), insert('mixed')]),
    },
    {
      title: 'a transaction of statements',
      branches: 1,
      run: (c) =>
        transaction(c, [
          insert('d'),
          update('a'),
          { Statement: 'DELETE FROM posts WHERE id = ?', Parameters: [id('c')] },
          {
            Statement: 'EXISTS(SELECT * FROM posts WHERE id = ? AND n = ?)',
            Parameters: [id('b'), number(5)],
          },
        ]),
    },
    {
      title: 'a transaction of statements that is cancelled',
      branches: 0,
      run: (c) => transaction(c, [insert('e'), insert('a')]),
    },
    {
      title: 'a transaction that reads',
      branches: 0,
      run: (c) => transaction(c, [select('a'), select('d')]),
    },
    {
      title: 'DELETE, returning it',
      branches: 1,
      run: (c) =>
        one(c, {
          Statement: 'DELETE FROM posts WHERE id = ? RETURNING ALL OLD *',
          Parameters: [id('d')],
        }),
    },
  ];
}
