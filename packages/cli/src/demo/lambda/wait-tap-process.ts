/**
 * The demo's measuring instrument in a function's process: loaded before the handler, as a layer of
 * Lambda would be, it says in the log how each wait was answered. Rendezvous itself runs as everywhere
 * else, and takes this for the runtime's own WebSocket.
 */
import { decodeNodeFrame } from '@rendezvous/protocol';
import { WebSocket } from 'ws';

function TappedWebSocket(url: string): WebSocket {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (data: Buffer | ArrayBuffer) => {
    for (const { body } of decodeNodeFrame(new Uint8Array(data))) {
      if (body.kind !== 'waitAnswer') continue;
      process.stdout.write(`wait ${body.status} ${body.prevented ? 'prevented' : 'free'}\n`);
    }
  });
  return socket;
}

Object.assign(globalThis, { WebSocket: TappedWebSocket });
