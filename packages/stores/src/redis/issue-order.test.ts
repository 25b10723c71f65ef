import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { IssueOrder } from './issue-order.js';
import type { Issued } from './issue-order.js';

function setup() {
  const order = new IssueOrder();
  const started: string[] = [];
  const issue = new Map<string, Issued>();
  const add = (name: string, exclusive: boolean): void => {
    order.add(exclusive, (issued) => {
      started.push(name);
      issue.set(name, issued);
    });
  };
  const issued = (name: string): void => issue.get(name)?.();
  return { order, started, add, issued };
}

describe('IssueOrder', () => {
  it('starts what comes alone at once', () => {
    const { order, started, add, issued } = setup();
    add('write', true);
    expect(started).toEqual(['write']);
    expect(order.idle).toBe(false);
    issued('write');
    expect(order.idle).toBe(true);
  });

  it('lets reads pass each other', () => {
    const { started, add } = setup();
    add('read 1', false);
    add('read 2', false);
    expect(started).toEqual(['read 1', 'read 2']);
  });

  it('keeps back what is exclusive until all before it is issued, and all after it', () => {
    const { started, add, issued } = setup();
    add('read 1', false);
    add('read 2', false);
    add('select', true);
    add('read 3', false);
    issued('read 2');
    expect(started).toEqual(['read 1', 'read 2']);
    issued('read 1');
    expect(started).toEqual(['read 1', 'read 2', 'select']);
    issued('select');
    expect(started).toEqual(['read 1', 'read 2', 'select', 'read 3']);
  });

  it('counts what is issued once', () => {
    const { started, add, issued } = setup();
    add('read 1', false);
    add('read 2', false);
    add('write', true);
    issued('read 1');
    issued('read 1');
    expect(started).toEqual(['read 1', 'read 2']);
  });

  it('starts in order what is issued while it starts', () => {
    const order = new IssueOrder();
    const started: number[] = [];
    for (const index of [1, 2, 3]) {
      order.add(true, (issued) => {
        started.push(index);
        issued();
      });
    }
    expect(started).toEqual([1, 2, 3]);
    expect(order.idle).toBe(true);
  });
});

it('starts what waited in the context of its own caller', () => {
  const order = new IssueOrder();
  const requests = new AsyncLocalStorage<string>();
  const started: (string | undefined)[] = [];
  let issueFirst = (): void => undefined;
  const add = (request: string, exclusive: boolean, start: (issued: () => void) => void): void => {
    requests.run(request, () => {
      order.add(exclusive, (issued) => {
        started.push(requests.getStore());
        start(issued);
      });
    });
  };
  add('first', true, (issued) => (issueFirst = issued));
  add('second', false, (issued) => {
    issued();
  });
  add('third', true, (issued) => {
    issued();
  });
  requests.run('first', issueFirst);
  expect(started).toEqual(['first', 'second', 'third']);
});
