/**
 * Decides how missing OS packages get installed on a machine. Looks at nothing itself: what the
 * machine can do comes in, what to do goes out.
 */

import { fileURLToPath } from 'node:url';

/** @import { OsPackage } from './os-packages.mjs' */

/** Installs without starting servers. */
export const aptInstallScript = fileURLToPath(new URL('./apt-install.sh', import.meta.url));

/**
 * @typedef {object} Machine
 * @property {boolean} isRoot
 * @property {boolean} hasAptGet
 * @property {boolean} hasSudo
 * @property {boolean} isTerminal Somebody can answer a question, or type a password for sudo.
 */

/**
 * `run`: this command. `tell`: a person has to install, this says how.
 * @typedef {{ kind: 'nothing' }
 *   | { kind: 'run', command: string[] }
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
  const command = ['sh', aptInstallScript, ...packages];
  if (machine.isRoot) return { kind: 'run', command };
  if (!machine.hasSudo) return { kind: 'tell', message: `Run as root:\n  ${command.join(' ')}` };
  // Where nobody can type a password, sudo has to fail instead of waiting for one.
  const sudo = machine.isTerminal ? ['sudo'] : ['sudo', '--non-interactive'];
  return { kind: 'run', command: [...sudo, ...command] };
}
