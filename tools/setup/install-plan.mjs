/**
 * Decides how missing OS packages get installed on a machine. Looks at nothing itself: what the
 * machine can do comes in, what to do goes out.
 */

/** @import { OsPackage } from './os-packages.mjs' */

/**
 * @typedef {object} Machine
 * @property {boolean} isRoot
 * @property {boolean} hasAptGet
 * @property {boolean} hasSudo
 * @property {boolean} isTerminal Somebody can answer a question, or type a password for sudo.
 */

/**
 * `run`: these commands, in order. `tell`: a person has to install, this says how.
 * @typedef {{ kind: 'nothing' }
 *   | { kind: 'run', commands: string[][] }
 *   | { kind: 'tell', message: string }} InstallPlan
 */

/**
 * @param {readonly OsPackage[]} missing
 * @param {Machine} machine
 * @returns {InstallPlan}
 */
export function planInstall(missing, machine) {
  if (missing.length === 0) return { kind: 'nothing' };
  const packages = missing.map(({ debianPackage }) => debianPackage);
  if (!machine.hasAptGet) {
    const needs = missing.map(
      ({ name, command }) => `  ${name}, so that \`${command}\` is on the PATH`,
    );
    return {
      kind: 'tell',
      message: `This is no Debian or Ubuntu. Install by your system's means:\n${needs.join('\n')}`,
    };
  }
  const commands = [
    ['apt-get', 'update'],
    ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages],
  ];
  if (machine.isRoot) return { kind: 'run', commands };
  if (!machine.hasSudo) {
    const lines = commands.map((command) => `  ${command.join(' ')}`);
    return { kind: 'tell', message: `Run as root:\n${lines.join('\n')}` };
  }
  // Where nobody can type a password, sudo has to fail instead of waiting for one.
  const sudo = machine.isTerminal ? ['sudo'] : ['sudo', '--non-interactive'];
  return { kind: 'run', commands: commands.map((command) => [...sudo, ...command]) };
}
