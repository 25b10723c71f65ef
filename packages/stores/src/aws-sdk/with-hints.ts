import type { ProbedReplica } from '@rendezvous/protocol';

/** What events are read with. */
interface EventClient {
  destroy(): void;
}

/** A replica whose events say where to look: `follow` goes on until its signal is aborted. */
export function withHints<C extends EventClient>(
  reader: ProbedReplica,
  createClient: () => Promise<C>,
  follow: (
    client: C,
    onChanged: Parameters<NonNullable<ProbedReplica['listen']>>[0],
    signal: AbortSignal,
  ) => Promise<void>,
): ProbedReplica {
  const stop = new AbortController();
  return {
    ...reader,
    async listen(onChanged) {
      const client = await createClient();
      follow(client, onChanged, stop.signal)
        .finally(() => {
          client.destroy();
        })
        .catch(() => undefined);
    },
    shutdown() {
      stop.abort();
      return reader.shutdown();
    },
  };
}
