/** Distance between a function and the servers it talks to, simulated. */
import { startDemoProcess } from '../demo/demo-process.js';
import type { ProcessContract } from '../demo/process-contracts.js';

const ANSWER_TIMEOUT_MS = 60_000;

export interface LinkContract extends ProcessContract {
  readonly setup: { readonly urls: readonly string[]; readonly rttMs: number };
  /** In the order of the URLs. */
  readonly ready: { readonly ports: readonly number[] };
  readonly requests: Readonly<Record<string, never>>;
}

export interface Links extends AsyncDisposable {
  /** What the functions connect to instead; in the order of the URLs. */
  readonly urls: readonly string[];
}

/** `urls` name a host and a port. A round trip of 0 ms takes no proxy: the functions connect directly. */
export async function startLinks(
  urls: readonly string[],
  rttMs: number,
  signal: AbortSignal,
): Promise<Links> {
  if (rttMs === 0) return { urls, [Symbol.asyncDispose]: () => Promise.resolve() };
  const child = await startDemoProcess<LinkContract>({
    program: '../bench/link-process',
    setup: { urls, rttMs },
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    signal,
  });
  const { ports } = await child.ready;
  return {
    urls: urls.map((url, index) => withPort(url, ports[index])),
    [Symbol.asyncDispose]: () => child.shutdown(),
  };
}

function withPort(url: string, port: number | undefined): string {
  if (port === undefined) throw new RangeError('a link has no port');
  const linked = new URL(url);
  linked.hostname = '127.0.0.1';
  linked.port = String(port);
  return linked.href;
}
