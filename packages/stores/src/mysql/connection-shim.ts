import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { StatementQueue } from '../statement-queue.js';
import { fail, isStatement } from './command.js';
import { DeliveryTurns } from './delivery-turns.js';
import type {
  MysqlCommand,
  MysqlConnection,
  MysqlPoolConnection,
  PrepareCallback,
} from './driver.js';
import { shimPromiseConnection } from './promise-shim.js';
import { runCommand } from './run-command.js';
import { connectionOf } from './server-connection.js';
import type { ServerConnection } from './server-connection.js';

/** They make commands and hand them to `addCommand`, which is the shim's. */
const COMMANDING: ReadonlySet<string> = new Set([
  'beginTransaction', 'changeUser', 'commit', 'execute', 'ping', 'query', 'reset', 'rollback',
]); // prettier-ignore

/**
 * `client` with its writes reported to `handle` and its reads waiting through it. The driver's own
 * code makes the commands, so that results, callbacks, events and streams are the driver's; they
 * reach the server in the order in which they were issued.
 */
export function shimConnection<T extends MysqlConnection>(client: T, handle: StoreHandle): T {
  const connection = connectionOf(client);
  const queue = new StatementQueue();
  const turns = new DeliveryTurns();
  const target = { connection, handle };

  const addCommand = (command: MysqlCommand): MysqlCommand => {
    const { active } = handle;
    if (!active && queue.idle) return client.addCommand(command);
    const turn = turns.enter();
    queue
      .run((release) => {
        if (active && isStatement(command)) {
          return runCommand({ ...target, command, turn, release });
        }
        if (active && isPrepare(command)) return runPrepare(target, command);
        client.addCommand(command);
        return Promise.resolve();
      })
      .catch((error: unknown) => {
        fail(command, error);
      })
      .finally(() => {
        turn.leave();
      });
    return command;
  };

  const shim: T = createShim(
    client,
    {
      addCommand,
      prepare: (options: unknown, callback?: PrepareCallback) => {
        const wrapStatement: PrepareCallback = (error, statement) => {
          callback?.(error, statement && shimStatement(statement, shim));
        };
        const withCommands = Object.create(client, { addCommand: { value: addCommand } }) as T;
        return withCommands.prepare(options, callback && wrapStatement);
      },
      reset: forgetting(client, connection, 'reset', addCommand),
      changeUser: forgetting(client, connection, 'changeUser', addCommand),
      release: () => {
        turns.reset();
        return (client as Partial<MysqlPoolConnection>).release?.();
      },
      end: (...parameters: unknown[]) => {
        if (queue.idle) return client.end(...parameters);
        queue
          .run(() => {
            client.end(...parameters);
            return Promise.resolve();
          })
          .catch(() => undefined);
        return undefined;
      },
      promise: (implementation?: unknown) =>
        shimPromiseConnection(client.promise(implementation), shim),
    },
    (name) => COMMANDING.has(name),
  );
  return shim;
}

/** Of a prepared statement: what it executes passes through the shim. */
function shimStatement(statement: object, shim: MysqlConnection): object {
  return createShim(statement, { _connection: shim }, (name) => name === 'execute');
}

/** A method after which nothing holds any more that was known of the session. */
function forgetting(
  client: MysqlConnection,
  connection: ServerConnection,
  name: 'reset' | 'changeUser',
  addCommand: MysqlConnection['addCommand'],
): (...parameters: unknown[]) => unknown {
  const withCommands = Object.create(client, {
    addCommand: {
      value: (command: MysqlCommand) => {
        const added = addCommand(command);
        command.once('end', () => {
          connection.forget();
        });
        return added;
      },
    },
  }) as Record<typeof name, (...parameters: unknown[]) => unknown>;
  return (...parameters) => withCommands[name](...parameters);
}

function isPrepare(command: MysqlCommand): boolean {
  return 'parameterDefinitions' in command;
}

/**
 * Prepares when everything is there that the statement may name: a table can be younger than the
 * replica's copy of it. The next command waits, for it may be the execution.
 */
async function runPrepare(
  { connection, handle }: { readonly connection: ServerConnection; readonly handle: StoreHandle },
  command: MysqlCommand,
): Promise<void> {
  const progress = { isStarted: false };
  const execute = async (): Promise<void> => {
    progress.isStarted = true;
    const ended = new Promise<void>((resolve) => {
      command.once('end', resolve);
    });
    connection.client.addCommand(command);
    await Promise.race([ended, connection.lost]);
  };
  if (connection.isLost || isPrepared(connection.client, command)) return execute();
  try {
    const { role } = await connection.learn(true);
    await handle.read({ fromPrimary: role === 'primary', repeatable: false, execute });
  } catch (error) {
    if (!progress.isStarted) fail(command, error);
  }
}

/** Whether the driver has the statement: it then asks nobody. */
function isPrepared(client: MysqlConnection, { options = {} }: MysqlCommand): boolean {
  const { statementKey } = client.constructor as {
    readonly statementKey?: (options: object) => string;
  };
  return statementKey !== undefined && client._statements?.get(statementKey(options)) !== undefined;
}
