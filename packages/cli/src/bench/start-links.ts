/** Distance between a function and the servers it talks to, simulated. */
import type { ProcessContract } from '../demo/process-contracts.js';
import { startDemoProcesses } from '../demo/start-processes.js';

const ANSWER_TIMEOUT_MS = 60_000;

export interface LinkContract extends ProcessContract {
  readonly setup: { readonly url: string; readonly rttMs: number };
  readonly ready: { readonly port: number };
  readonly requests: Readonly<Record<string, never>>;
}

export interface Links extends AsyncDisposable {
  /** What the functions connect to instead; in the order of the URLs. */
  readonly urls: readonly string[];
}

/**
 * `urls` name a host and a port. A round trip of 0 ms takes no proxy: the functions connect directly.
 *
 * Each link is a process: a precise proxy naps, and must not do so while another link has something due.
 */
export async function startLinks(
  urls: readonly string[],
  rttMs: number,
  signal: AbortSignal,
): Promise<Links> {
  if (rttMs === 0) return { urls, [Symbol.asyncDispose]: () => Promise.resolve() };
  const links = await startDemoProcesses<LinkContract>(
    urls.map((url) => ({
      program: '../bench/link-process',
      setup: { url, rttMs },
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      signal,
    })),
  );
  const ports = await Promise.all(links.all.map((link) => link.ready));
  return {
    urls: urls.map((url, index) => withPort(url, ports[index]?.port)),
    [Symbol.asyncDispose]: () => links[Symbol.asyncDispose](),
  };
}

function withPort(url: string, port: number | undefined): string {
  if (port === undefined) throw new RangeError('a link has no port');
  const linked = new URL(url);
  linked.hostname = '127.0.0.1';
  linked.port = String(port);
  return linked.href;
}
