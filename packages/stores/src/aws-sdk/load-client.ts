import { RendezvousError } from '@rendezvous/protocol';
import type { Fields } from './driver.js';

type Constructor<T> = new (options: Fields) => T;

const MAX_ATTEMPTS = 3;

/**
 * A client for a monitor, from the package `name` of the AWS SDK, which is loaded when the first
 * monitor starts. Rejects with `config_invalid` where it is not installed.
 */
export async function loadClient<T>(name: string, type: string, options: object): Promise<T> {
  let loaded: Readonly<Record<string, Constructor<T>>>;
  try {
    loaded = (await import(name)) as typeof loaded;
  } catch (cause) {
    const message = `a monitor of this store needs the package ${name}`;
    throw new RendezvousError('config_invalid', message, { cause });
  }
  const Client = loaded[type];
  if (!Client) throw new RendezvousError('config_invalid', `${name} has no ${type}`);
  return new Client({ maxAttempts: MAX_ATTEMPTS, ...options });
}
