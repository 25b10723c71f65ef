import { expect, test } from 'vitest';
import { createInterrupt } from './interrupt.js';
import type { Interrupt } from './interrupt.js';

interface Setup {
  readonly interrupt: Interrupt;
  readonly exits: readonly number[];
}

function setup(): Setup {
  const exits: number[] = [];
  return { interrupt: createInterrupt((exitCode) => exits.push(exitCode)), exits };
}

test('the first signal asks for a clean shutdown', () => {
  const { interrupt, exits } = setup();
  expect(interrupt.signal.aborted).toBe(false);
  interrupt.receive('SIGTERM', 0);
  expect(interrupt.signal.aborted).toBe(true);
  expect(exits).toEqual([]);
});

test('a second Ctrl-C ends the process at once', () => {
  const { interrupt, exits } = setup();
  interrupt.receive('SIGINT', 1_000);
  interrupt.receive('SIGINT', 1_500);
  expect(exits).toEqual([130]);
});

test('a Ctrl-C that both the terminal and a parent deliver counts once', () => {
  const { interrupt, exits } = setup();
  interrupt.receive('SIGINT', 1_000);
  interrupt.receive('SIGINT', 1_005);
  interrupt.receive('SIGINT', 1_010);
  expect(exits).toEqual([]);
});

test('Ctrl-C pressed again and again ends the process, however fast', () => {
  const { interrupt, exits } = setup();
  for (let nowMs = 0; nowMs <= 600; nowMs += 100) interrupt.receive('SIGINT', nowMs);
  expect(exits).toEqual([130, 130]);
});

test('supervisors may repeat SIGTERM and SIGHUP', () => {
  const { interrupt, exits } = setup();
  interrupt.receive('SIGTERM', 0);
  interrupt.receive('SIGTERM', 5_000);
  interrupt.receive('SIGHUP', 10_000);
  expect(exits).toEqual([]);
});

test('a command that listens to SIGHUP is not ended by it, and by the others as ever', () => {
  const { interrupt } = setup();
  let count = 0;
  interrupt.onHangUp(() => count++);
  interrupt.receive('SIGHUP', 0);
  interrupt.receive('SIGHUP', 10);
  expect(count).toBe(2);
  expect(interrupt.signal.aborted).toBe(false);
  interrupt.receive('SIGTERM', 20);
  expect(interrupt.signal.aborted).toBe(true);
});
