import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import { COMMANDS } from '../src/command-registry.js';
import { formatReferencePage } from './reference-page.js';

const page = fileURLToPath(new URL('../../../docs/reference/cli.md', import.meta.url));

test('docs/reference/cli.md says what the options tables say (after a change: vitest -u)', async () => {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const markdown = formatReferencePage(commands.map(({ definition }) => definition));
  await expect(await format(markdown, { parser: 'markdown' })).toMatchFileSnapshot(page);
});
