import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const example = new URL('../../../../../examples/post-notification/', import.meta.url);

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(new URL(file, example), 'utf8')).split('\n');
}

/** What Rendezvous needs around the one statement that wraps: its imports, and what the wrappers take. */
const SETUP = /@rendezvous\/|^const rv = |@aws-sdk\/client-sqs|^const sqs = /;

test.each(['writer.ts', 'reader.ts'])(
  '%s without Rendezvous is the same file but for the statement that wraps',
  async (file) => {
    const [wrapped, plain] = await Promise.all([
      linesOf(`src/${file}`),
      linesOf(`baseline/${file}`),
    ]);
    const isExport = (line: string): boolean => line.startsWith('export const handler');
    const body = (lines: string[]): string =>
      lines
        .slice(0, lines.findIndex(isExport))
        .filter((line) => !SETUP.test(line))
        .join('\n')
        // A type of the wrapper's own second argument.
        .replace('{ Context, SQSEvent', '{ SQSEvent');
    expect(body(wrapped)).toBe(body(plain));
    expect(wrapped.filter(isExport)).toHaveLength(1);
    expect(plain.join('\n')).not.toContain('rendezvous');
    // Both end with the statement that exports.
    expect(wrapped.slice(wrapped.findIndex(isExport)).join('\n')).toMatch(/^[^;]*;\n$/);
  },
);
