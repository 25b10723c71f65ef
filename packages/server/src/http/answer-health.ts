/** `GET /healthz`: 200 while the process runs. Asked by whoever restarts it. */
import { type Reply, toJsonReply } from './route.js';

export function answerHealth(): Reply {
  return toJsonReply(200, { status: 'ok' });
}
