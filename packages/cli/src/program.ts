/** The program without its process: finds the command, parses, runs it, prints what went wrong. */
import { readFileSync } from 'node:fs';
import { RendezvousError } from '@rendezvous/protocol';
import { COMMANDS } from './command-registry.js';
import type { Io } from './command.js';
import { formatCommandHelp, formatProgramHelp } from './help.js';
import { suggestNearest } from './nearest.js';

const SUCCESS = 0;
const FAILURE = 1;
const WRONG_USAGE = 2;

/** Resolves with the exit code; never rejects. `args` are those after the program's name. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (thrown) {
    const error = RendezvousError.from(thrown);
    io.stderr.write(`rendezvous: ${error.message}\n`);
    if (error.code === 'internal') io.stderr.write(`${describeBug(thrown)}\n`);
    return error.code === 'config_invalid' ? WRONG_USAGE : FAILURE;
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const { name, rest } = splitCommand(args);
  switch (name) {
    case undefined:
      io.stderr.write(await formatOverview());
      return WRONG_USAGE;
    case '--help':
    case '-h':
      io.stdout.write(await formatOverview());
      return SUCCESS;
    case '--version':
      io.stdout.write(`${readVersion()}\n`);
      return SUCCESS;
    case 'help':
      return dispatch([...rest.slice(0, 2), '--help'], io);
    default:
      return runCommand(name, rest, io);
  }
}

/** A command's name may have two words. */
function splitCommand(args: readonly string[]): {
  readonly name: string | undefined;
  readonly rest: readonly string[];
} {
  const twoWords = args.slice(0, 2).join(' ');
  const [name, ...rest] = Object.hasOwn(COMMANDS, twoWords) ? [twoWords, ...args.slice(2)] : args;
  return { name, rest };
}

async function runCommand(name: string, args: readonly string[], io: Io): Promise<number> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) return reportWrongUsage(io, describeUnknown(name), 'rendezvous --help');
  const command = await load();
  const parsed = command.parse(args, io.env);
  switch (parsed.kind) {
    case 'help':
      io.stdout.write(formatCommandHelp(command.definition));
      return SUCCESS;
    case 'wrong':
      return reportWrongUsage(io, `${name}: ${parsed.message}`, `rendezvous ${name} --help`);
    case 'ready':
      return parsed.run(io);
  }
}

function reportWrongUsage(io: Io, message: string, help: string): number {
  io.stderr.write(`rendezvous: ${message}\nSee "${help}".\n`);
  return WRONG_USAGE;
}

function describeUnknown(name: string): string {
  const names = Object.keys(COMMANDS);
  const longer = names.filter((each) => each.startsWith(`${name} `));
  if (longer.length > 0) return `"${name}" takes a second word: ${longer.join(', ')}.`;
  const what = name.startsWith('-') ? 'option' : 'command';
  const suggestion = suggestNearest(name, [...names, 'help', '--help', '--version']);
  return `unknown ${what} "${name}".${suggestion}`;
}

async function formatOverview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return formatProgramHelp(commands.map(({ definition }) => definition));
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return (manifest as { readonly version: string }).version;
}

/** An error without a code is a bug: whoever reports it needs the stack. */
function describeBug(thrown: unknown): string {
  return thrown instanceof Error && thrown.stack !== undefined ? thrown.stack : String(thrown);
}
