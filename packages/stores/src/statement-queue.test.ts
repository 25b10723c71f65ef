import { describe, expect, it } from 'vitest';
import { createGate } from './gate.js';
import { StatementQueue } from './statement-queue.js';

describe('StatementQueue', () => {
  it('starts at once when idle, and one after the other otherwise', async () => {
    const queue = new StatementQueue();
    const gate = createGate();
    const order: string[] = [];
    const first = queue.run(async () => {
      order.push('first starts');
      await gate.promise;
      order.push('first ends');
    });
    expect(order).toEqual(['first starts']);
    expect(queue.idle).toBe(false);
    const second = queue.run(() => {
      order.push('second');
      return Promise.resolve();
    });
    gate.open();
    await Promise.all([first, second]);
    expect(order).toEqual(['first starts', 'first ends', 'second']);
    expect(queue.idle).toBe(true);
  });

  it('lets the next one start when a job releases it', async () => {
    const queue = new StatementQueue();
    const gate = createGate();
    const first = queue.run((release) => {
      release();
      return gate.promise;
    });
    await queue.run(() => Promise.resolve());
    gate.open();
    await first;
  });

  it('goes on after a job that failed', async () => {
    const queue = new StatementQueue();
    const failed = queue.run(() => Promise.reject(new Error('first')));
    const next = queue.run(() => Promise.resolve('second'));
    await expect(failed).rejects.toThrow('first');
    expect(await next).toBe('second');
  });
});
