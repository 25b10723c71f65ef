import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createGate } from '../gate.js';
import { DeliveryOrder } from './delivery-order.js';

describe('DeliveryOrder', () => {
  it('gives the outcomes of one turn in the order of the calls', async () => {
    const order = new DeliveryOrder();
    const gate = createGate();
    const delivered: string[] = [];
    const first = order.add(gate.promise).then(() => delivered.push('first'));
    const second = order.add(Promise.resolve()).then(() => delivered.push('second'));
    await nextTurn();
    expect(delivered).toEqual([]);
    gate.open();
    await Promise.all([first, second]);
    expect(delivered).toEqual(['first', 'second']);
  });

  it('does not keep back calls of a later turn', async () => {
    const order = new DeliveryOrder();
    const gate = createGate();
    const first = order.add(gate.promise);
    expect(order.idle).toBe(false);
    await nextTurn();
    expect(order.idle).toBe(true);
    expect(await order.add(Promise.resolve('second'))).toBe('second');
    gate.open();
    await first;
  });

  it('passes failures on, each to its own caller', async () => {
    const order = new DeliveryOrder();
    const first = order.add(Promise.reject(new Error('first')));
    const second = order.add(Promise.reject(new Error('second')));
    const third = order.add(Promise.resolve('third'));
    await expect(first).rejects.toThrow('first');
    await expect(second).rejects.toThrow('second');
    expect(await third).toBe('third');
  });
});
