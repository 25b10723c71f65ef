/** `GET /readyz`: 200 once the journal is replayed and until the shutdown begins, else 503. */
import { type Route, toJsonReply } from './route.js';

export function createAnswerReadiness(isReady: () => boolean): Route {
  return () =>
    isReady() ? toJsonReply(200, { status: 'ready' }) : toJsonReply(503, { status: 'not_ready' });
}
