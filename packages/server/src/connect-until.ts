/** A connection that ends with whoever asked for it. */
import { connect, type Connection, type ConnectOptions } from '@rendezvous/client/session';

/** As `connect`, but `signal` also shuts down the connection once it stands. */
export async function connectUntil(
  signal: AbortSignal,
  options: Omit<ConnectOptions, 'signal'>,
): Promise<Connection> {
  const connection = await connect({ ...options, signal });
  const shutdown = (): void => connection.shutdown();
  if (signal.aborted) shutdown();
  signal.addEventListener('abort', shutdown);
  const letGo = (): void => signal.removeEventListener('abort', shutdown);
  connection.ended.then(letGo, letGo);
  return connection;
}
