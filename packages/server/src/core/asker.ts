/** Where an answer goes: the operation of a session. */
export interface Asker {
  readonly session: number;
  readonly id: number;
}
