/** Tells a person how far the demo is: one line that changes on a terminal, plain lines elsewhere. */
import type { TextSink } from '../command.js';

/** Plain lines appear at every such part of a step. */
const PLAIN_PARTS = 4;

export interface Progress {
  /** Something begins. */
  step(text: string): void;
  /** `done` of `total` of the current step. */
  advance(done: number, total: number): void;
  /** A line that stays. */
  note(text: string): void;
  /** Nothing more comes: leaves a terminal's line empty. */
  finish(): void;
}

export function createProgress(sink: TextSink): Progress {
  return sink.isTTY === true ? createLiveLine(sink) : createPlainLines(sink);
}

function createLiveLine(sink: TextSink): Progress {
  const clear = '\r\u001b[2K';
  let current = '';
  const show = (text: string): void =>
    void sink.write(`${clear}${text.slice(0, (sink.columns ?? 80) - 1)}`);
  return {
    step: (text) => show((current = text)),
    advance: (done, total) => show(`${current}: ${done} of ${total}`),
    note: (text) => {
      sink.write(`${clear}${text}\n`);
      show(current);
    },
    finish: () => void sink.write(clear),
  };
}

function createPlainLines(sink: TextSink): Progress {
  let current = '';
  return {
    step: (text) => {
      current = text;
      sink.write(`${text}\n`);
    },
    advance: (done, total) => {
      const part = (count: number): number => Math.floor((count * PLAIN_PARTS) / total);
      if (part(done) > part(done - 1)) sink.write(`${current}: ${done} of ${total}\n`);
    },
    note: (text) => void sink.write(`${text}\n`),
    finish: () => undefined,
  };
}
