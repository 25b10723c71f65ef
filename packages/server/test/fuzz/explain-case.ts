/** A failing case, made as small as it gets, and told so that it can be replayed by hand. */
import { decodeClientFrame, decodeNodeFrame } from '@rendezvous/protocol';
import type { FuzzInput } from './fuzz-input.js';

/** Leaves out inputs for as long as the case still fails. */
export function shrinkCase(
  inputs: readonly FuzzInput[],
  fails: (inputs: readonly FuzzInput[]) => boolean,
): readonly FuzzInput[] {
  let least = inputs;
  for (let index = least.length - 1; index >= 0; index--) {
    const shorter = least.filter((_, at) => at !== index);
    if (fails(shorter)) {
      least = shorter;
      index = least.length;
    }
  }
  return least;
}

export function explainCase(inputs: readonly FuzzInput[]): string {
  return inputs.map((input) => `  ${explainInput(input)}`).join('\n');
}

function explainInput(input: FuzzInput): string {
  if (input.kind === 'frame' || input.kind === 'peerFrame') {
    const { bytes, ...rest } = input;
    const decode = input.kind === 'frame' ? decodeClientFrame : decodeNodeFrame;
    return `${JSON.stringify(rest)} ${tell(() => decode(bytes))} = ${Buffer.from(bytes).toString('hex')}`;
  }
  return JSON.stringify(input);
}

function tell(decode: () => unknown): string {
  try {
    return JSON.stringify(decode(), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    );
  } catch (error) {
    return String(error);
  }
}
