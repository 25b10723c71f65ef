import { expect, test } from 'vitest';
import { aptInstallScript, planInstall } from './install-plan.mjs';

const redis = {
  name: 'Redis',
  command: 'redis-server',
  debianPackage: 'redis-server',
  why: 'tests',
};
const debian = { isRoot: true, hasAptGet: true, hasSudo: false, isTerminal: false };

test('nothing missing means nothing to do, on any machine', () => {
  expect(planInstall([], { ...debian, hasAptGet: false })).toEqual({ kind: 'nothing' });
});

test('root on Debian installs everything by one command', () => {
  const mariadb = { ...redis, debianPackage: 'mariadb-server-core' };
  expect(planInstall([redis, mariadb], debian)).toEqual({
    kind: 'run',
    command: ['sh', aptInstallScript, 'redis-server', 'mariadb-server-core'],
  });
});

test.each([
  { isTerminal: true, prefix: ['sudo'] },
  { isTerminal: false, prefix: ['sudo', '--non-interactive'] },
])('others go through sudo: $prefix where terminal = $isTerminal', ({ isTerminal, prefix }) => {
  const plan = planInstall([redis], { ...debian, isRoot: false, hasSudo: true, isTerminal });
  const command = [...prefix, 'sh', aptInstallScript, 'redis-server'];
  expect(plan).toEqual({ kind: 'run', command });
});

test('without root and sudo it says what root has to run', () => {
  expect(planInstall([redis], { ...debian, isRoot: false })).toEqual({
    kind: 'tell',
    message: `Run as root:\n  sh ${aptInstallScript} redis-server`,
  });
});

test('without apt-get it names the programs that have to be there', () => {
  const plan = planInstall([redis], { ...debian, hasAptGet: false });
  expect(plan).toMatchObject({ kind: 'tell' });
  expect(plan).toHaveProperty('message', expect.stringContaining('`redis-server` is on the PATH'));
});
