import { byteSize, limitOf } from './byte-size.js';
import { envelopeOf, readEnvelope, writeEnvelope } from './json-envelope.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** The input of `StartExecutionCommand` or `StartSyncExecutionCommand`. */
export interface StepFunctionsStart {
  // Not read-only: the commands' inputs are not.
  input?: string | undefined;
}

/**
 * Step Functions: the member `_rendezvous` of the execution's input. A task's function gets it as long as
 * the states before hand the input on; a state that replaces it must add
 * `"_rendezvous.$": "$$.Execution.Input._rendezvous"`. What the tasks write on the way travels only if
 * they return it. `carry` uses it only for the state machines that are named in its option `envelopes`.
 */
export const stepFunctionsCarrier: MessageCarrier<StepFunctionsStart, unknown> = createCarrier({
  name: 'sfn',
  read: ({ input = '' }: StepFunctionsStart) => readEnvelope(input),
  write: (start, baggage) => ({ ...start, input: writeEnvelope(start.input ?? '{}', baggage) }),
  readArrived: envelopeOf,
  sizeBytes: ({ input }) => byteSize(input),
  limitBytes: limitOf(256),
});
