/** docs/reference/cli.md, made of the tables that also drive parsing and `--help`. */
import type { CommandDefinition } from '../src/command.js';
import { exitCodesOf, formatDefault, formatFlag } from '../src/help.js';
import type { Option } from '../src/option.js';

/** The page as Markdown, before prettier. */
export function formatReferencePage(definitions: readonly CommandDefinition[]): string {
  return [
    '# The `rendezvous` command',
    'In this repository the command runs as `npx rendezvous`, from source; elsewhere as `npx @rendezvous/cli`.',
    'A flag wins over its environment variable, that over the default. An empty variable counts as absent.',
    'Wrong usage ends with exit code 2 and a message that says what is right.',
    'The first Ctrl-C (or SIGTERM, SIGHUP) ends a command cleanly, a second Ctrl-C at once.',
    'SIGHUP to a node with [TLS](tls.md) renews its certificates instead.',
    'Nodes and monitors read a [configuration file](configuration.md).',
    formatTable(
      ['Command', 'What it does'],
      definitions.map(({ name, description }) => [
        `[\`${name}\`](#${name.replaceAll(' ', '-')})`,
        description,
      ]),
    ),
    ...definitions.map(formatCommand),
    '<!-- Made by packages/cli/test/cli-reference.test.ts: after a change run it with `-u`. -->',
    '',
  ].join('\n\n');
}

function formatCommand(definition: CommandDefinition): string {
  const examples = definition.examples.flatMap(({ line, explanation }) => [
    `# ${explanation}`,
    line,
  ]);
  return [
    `## ${definition.name}`,
    `${definition.description}.`,
    `\`rendezvous ${definition.usage}\``,
    formatTable(
      ['Option', 'What it does', 'Values', 'Default', 'Environment'],
      Object.entries(definition.options).map(([name, option]) => formatOption(name, option)),
    ),
    ['```sh', ...examples, '```'].join('\n'),
    formatTable(['Exit code', 'Meaning'], Object.entries(exitCodesOf(definition))),
  ].join('\n\n');
}

function formatOption(name: string, option: Option): string[] {
  const isRequired = 'required' in option && option.required;
  const defaultText = formatDefault(option);
  return [
    code(formatFlag(name, option)),
    option.description,
    describeValues(option),
    isRequired ? 'required' : defaultText === '' ? '' : code(defaultText),
    option.env === undefined ? '' : code(option.env),
  ];
}

function describeValues(option: Option): string {
  switch (option.type) {
    case 'flag':
      return 'switch';
    case 'text':
      return 'text';
    case 'choice':
      return option.choices.map(code).join(', ');
    case 'integer':
      return `${option.min} to ${option.max}`;
    case 'list':
      return 'text, repeatable; in the environment with commas';
  }
}

function code(text: string): string {
  return `\`${text}\``;
}

function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
