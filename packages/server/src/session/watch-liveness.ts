/** Notices that the other side of a session is gone although the network says nothing. */
import type { WebSocket } from 'ws';

/** Silent intervals after which the other side counts as gone; each begins with a ping. */
const DEAD_INTERVALS = 3;

/**
 * Pings the other side, and calls `onSilent` once nothing has come from it for `silenceMsMax`.
 *
 * It counts intervals and reads no clock: a process that was frozen first reads what has arrived. A
 * socket that is paused hears nothing by our own choice; the bound on what it may buffer ends it.
 */
export function watchLiveness(socket: WebSocket, silenceMsMax: number, onSilent: () => void): void {
  let silentIntervals = 0;
  const hear = (): void => {
    silentIntervals = 0;
  };
  const timer = setInterval(() => {
    if (socket.isPaused) return;
    if (silentIntervals >= DEAD_INTERVALS) onSilent();
    else socket.ping();
    silentIntervals += 1;
  }, silenceMsMax / DEAD_INTERVALS);
  socket.on('message', hear);
  socket.on('pong', hear);
  socket.once('close', () => clearInterval(timer));
}
