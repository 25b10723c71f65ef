/** One direction of a proxied connection: bytes go in, and come out later, in order. */
import type { Socket } from 'node:net';

/** Timers are up to this much late, so precise lines use them only for what is longer. */
const TIMER_ERROR_MS = 2;
/** A precise line looks at its sockets this often while something is about to be due. */
const NAP_MS = 0.1;
const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(4));

/** How much one direction holds before it stops reading. */
const HELD_BYTES_MAX = 16 * 1024 * 1024;

/** What one direction of every connection shares; read anew at each decision. */
export interface LineSettings {
  delayMs: number;
  /** Naps instead of timers towards the end of a delay: late by some 0.1 ms instead of 1 to 2. */
  readonly precise: boolean;
  paused: boolean;
  /** What was read from the sender so far. */
  chunks: number;
  bytes: number;
}

/** A chunk, or the end of the stream, and when it came. */
interface Held {
  readonly chunk: Buffer | undefined;
  readonly atMs: number;
}

export interface DelayLine {
  /** Delivers what is due under the settings as they are now. */
  settingsChanged(): void;
  /** Delivered, but not yet taken by the operating system. */
  readonly sendingBytes: number;
  /** Drops what is held. */
  shutdown(): void;
}

/** Moves everything from `source` to `sink`, the end of the stream included. */
export function createDelayLine(source: Socket, sink: Socket, settings: LineSettings): DelayLine {
  const held: Held[] = [];
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  const hold = (chunk: Buffer | undefined): void => {
    held.push({ chunk, atMs: performance.now() });
    heldBytes += chunk?.length ?? 0;
    if (heldBytes > HELD_BYTES_MAX) source.pause();
    deliver();
  };

  const deliver = (): void => {
    cancel();
    for (let next = held[0]; next !== undefined && !settings.paused; next = held[0]) {
      const inMs = next.atMs + settings.delayMs - performance.now();
      if (inMs > 0) {
        deliverIn(inMs);
        return;
      }
      held.shift();
      heldBytes -= next.chunk?.length ?? 0;
      if (next.chunk === undefined) sink.end();
      else sink.write(next.chunk);
    }
    if (heldBytes <= HELD_BYTES_MAX) source.resume();
  };

  const deliverIn = (ms: number): void => {
    if (!settings.precise) timer = setTimeout(deliver, Math.ceil(ms));
    else if (ms > TIMER_ERROR_MS + 1) timer = setTimeout(deliver, ms - TIMER_ERROR_MS);
    else {
      immediate = setImmediate(() => {
        Atomics.wait(NOBODY_WAKES, 0, 0, Math.min(ms, NAP_MS));
        deliver();
      });
    }
  };

  const cancel = (): void => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };

  source.on('data', (chunk: Buffer) => {
    settings.chunks += 1;
    settings.bytes += chunk.length;
    hold(chunk);
  });
  source.once('end', () => {
    hold(undefined);
  });
  return {
    settingsChanged: deliver,
    get sendingBytes() {
      return sink.writableLength;
    },
    shutdown: () => {
      cancel();
      held.length = 0;
    },
  };
}
