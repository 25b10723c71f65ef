import { createRequire } from 'node:module';

/** What Redis' own command table says of a command or subcommand. */
export interface CommandEntry {
  readonly flags: readonly string[];
  /** Of commands that are a family: `XGROUP`, `OBJECT`. */
  readonly subcommands?: Readonly<Record<string, CommandEntry>>;
}

// The package's functions tell no flags of subcommands, its data does. JSON is imported by
// `require` alone alike in both module systems and by every loader.
const commands = createRequire(import.meta.url)(
  '@ioredis/commands/built/commands.json',
) as Readonly<Record<string, CommandEntry>>;

const table: ReadonlyMap<string, CommandEntry> = new Map(Object.entries(commands));

/**
 * The entry of the command, or of the subcommand that `parameters` name. Undefined for commands of
 * modules and of servers newer than the table.
 */
export function findCommand(
  name: string,
  parameters: readonly unknown[],
): CommandEntry | undefined {
  let entry = table.get(name);
  for (const parameter of parameters) {
    const subcommand = entry?.subcommands?.[String(parameter).toLowerCase()];
    if (subcommand === undefined) break;
    entry = subcommand;
  }
  return entry;
}
