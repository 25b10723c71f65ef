import { describe, expect, it } from 'vitest';
import { planCommand, unionKeys } from './command-plan.js';
import type { Parameter } from './command-plan.js';

function describePlan(name: string, parameters: readonly Parameter[]): string {
  const { kind, blocking, keys } = planCommand(name, parameters);
  const named = keys?.map((key) => Buffer.from(key).toString()).join(',');
  return [blocking ? `blocking ${kind}` : kind, ...(named === undefined ? [] : [named])].join(' ');
}

describe('planCommand', () => {
  it.each<readonly [string, readonly Parameter[], string]>([
    ['get', ['a'], 'read a'],
    ['GET', [Buffer.from('a')], 'read a'],
    ['mget', ['a', 'b'], 'read a,b'],
    ['scan', ['0'], 'read'],
    ['dbsize', [], 'read'],
    ['xread', ['COUNT', '100', 'STREAMS', 'a', 'b', '0', '0'], 'blocking read a,b'],
    ['eval_ro', ['return 1', '1', 'a'], 'read a'],
    ['sort_ro', ['a'], 'read a'],
    ['sort_ro', ['a', 'BY', 'weight_*'], 'read'],
    ['object', ['ENCODING', 'a'], 'read a'],
    ['set', ['a', '1'], 'write a'],
    ['mset', ['a', '1', 'b', '2'], 'write a,b'],
    ['del', ['a', 'b'], 'write a,b'],
    ['expire', ['a', '1'], 'write a'],
    ['rename', ['a', 'b'], 'write a,b'],
    ['copy', ['a', 'b'], 'write a,b'],
    ['getdel', ['a'], 'write a'],
    ['getex', ['a'], 'write a'],
    ['sort', ['a', 'STORE', 'b'], 'write a,b'],
    ['sort', ['a', Buffer.from('store'), Buffer.from('b')], 'write a,b'],
    ['georadius', ['a', '0', '0', '1', 'm', 'STORE', 'b'], 'write a,b'],
    ['zunionstore', ['a', '2', 'b', 'c'], 'write a,b,c'],
    ['blpop', ['a', 'b', '0'], 'blocking write a,b'],
    ['xreadgroup', ['GROUP', 'g', 'c', 'STREAMS', 'a', '>'], 'blocking write a'],
    ['xgroup', ['CREATE', 'a', 'g', '$'], 'write a'],
    ['flushall', [], 'write'],
    ['swapdb', ['0', '1'], 'write'],
    ['function', ['LOAD', 'code'], 'write'],
    ['json.set', ['a', '$', '1'], 'write'],
    ['no-such-command', [], 'write'],
    ['eval', ['return 1', '1', 'a', 'x'], 'script a'],
    ['evalsha', ['sha', '0'], 'script'],
    ['eval', ['return 1', '999999999'], 'script'],
    ['fcall', ['f', '1', 'a'], 'script a'],
    ['multi', [], 'multi'],
    ['EXEC', [], 'exec'],
    ['discard', [], 'discard'],
    ['ping', [], 'other'],
    ['select', ['1'], 'other'],
    ['publish', ['a', 'b'], 'other'],
    ['function', ['LIST'], 'other'],
    ['object', ['HELP'], 'other'],
    ['watch', ['a'], 'other'],
  ])('%s %j is: %s', (name, parameters, expected) => {
    expect(describePlan(name, parameters)).toBe(expected);
  });

  it('names none of more than a hundred keys', () => {
    const keys = Array.from({ length: 101 }, (_, index) => String(index));
    expect(describePlan('del', keys)).toBe('write');
    expect(planCommand('del', keys.slice(1)).keys).toHaveLength(100);
  });
});

describe('unionKeys', () => {
  it('names each key once', () => {
    const plans = [planCommand('set', ['a', '1']), planCommand('mset', ['a', '1', 'b', '2'])];
    expect(unionKeys(plans)?.map((key) => Buffer.from(key).toString())).toEqual(['a', 'b']);
  });

  it('names none if one command names none', () => {
    expect(unionKeys([planCommand('set', ['a', '1']), planCommand('flushall', [])])).toBe(
      undefined,
    );
  });
});
