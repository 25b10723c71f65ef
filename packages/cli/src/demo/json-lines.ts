/** The queue's wire format: one JSON value per line of a TCP connection. */
import type { Socket } from 'node:net';

export function sendLine(socket: Socket, value: unknown): void {
  socket.write(`${JSON.stringify(value)}\n`);
}

/** Calls `receive` for each value that arrives, in order. The other end is one of ours. */
export function receiveLines(socket: Socket, receive: (value: unknown) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) receive(JSON.parse(line));
  });
}
