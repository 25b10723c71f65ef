import { describe, expect, it } from 'vitest';
import { planCommand } from './command-plan.js';
import { combinePlans, haveWritten, mayHaveWrittenThough } from './operation.js';

const failure = new Error('WRONGTYPE');

function plan(text: string) {
  const [name = '', ...parameters] = text.split(' ');
  return planCommand(name, parameters);
}

describe('haveWritten', () => {
  it.each<readonly [string, readonly string[], readonly unknown[], boolean]>([
    ['a read', ['get a'], ['1'], false],
    ['a write', ['set a 1'], ['OK'], true],
    ['a write that failed', ['set a 1'], [failure], false],
    ['a script that failed', ['eval code 0'], [failure], true],
    ['a script that was not known', ['evalsha sha 0'], [new Error('NOSCRIPT')], false],
    ['a blocking write in vain', ['blpop a 1'], [null], false],
    ['a transaction', ['multi', 'set a 1', 'exec'], ['OK', 'QUEUED', ['OK']], true],
    ['bytes for text', ['multi', 'set a 1', 'exec'], ['OK', Buffer.from('QUEUED'), ['OK']], true],
    ['an aborted transaction', ['multi', 'set a 1', 'exec'], ['OK', 'QUEUED', null], false],
    ['a refused transaction', ['multi', 'x', 'exec'], ['OK', failure, failure], false],
    ['a transaction that failed', ['multi', 'set a 1', 'exec'], ['OK', 'QUEUED', [failure]], false],
    ['a discarded one', ['multi', 'set a 1', 'discard'], ['OK', 'QUEUED', 'OK'], false],
    ['a write behind one', ['multi', 'exec', 'set a 1'], ['OK', [], 'OK'], true],
    ['EXEC of what was queued before', ['exec'], [['OK']], true],
  ])('%s', (_, commands, replies, expected) => {
    expect(haveWritten(commands.map(plan), replies)).toBe(expected);
  });
});

describe('mayHaveWrittenThough', () => {
  it.each([
    ['NOSCRIPT No matching script', false],
    ['ERR Error compiling script (new function): …', false],
    ['WRONGTYPE Operation against a key … script: f1, on @user_script:1.', true],
    ['an error of the script’s own', true],
  ])('a script that failed with %j', (message, expected) => {
    expect(mayHaveWrittenThough(plan('eval code 0'), new Error(message))).toBe(expected);
    expect(mayHaveWrittenThough(plan('set a 1'), new Error(message))).toBe(false);
  });
});

describe('combinePlans', () => {
  it.each([
    [['get a', 'set b 1', 'del c'], 'write', 'b,c'],
    [['get a', 'mget b c'], 'read', 'a,b,c'],
    [['set a 1', 'flushall'], 'write', undefined],
    [['get a', 'dbsize'], 'read', undefined],
    [['ping', 'multi', 'exec'], 'other', undefined],
    [['get a', 'exec'], 'write', undefined],
    [[], 'other', undefined],
  ])('%j is one %s on %s', (commands, kind, keys) => {
    const combined = combinePlans(commands.map(plan));
    const named = combined.keys?.map((key) => Buffer.from(key).toString()).join(',');
    expect([combined.kind, named]).toEqual([kind, keys]);
  });
});
