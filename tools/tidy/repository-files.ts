import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { rootDirectory } from '../workspace.mjs';

/**
 * Lists the repository's files, relative to the root: what git tracks, and what it would track
 * (new and not ignored), so that a check fails before the commit and not after it.
 */
export function listRepositoryFiles(): string[] {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: rootDirectory,
    encoding: 'utf8',
  });
  const paths = new Set(output.split('\n').filter((path) => path !== ''));
  return [...paths].filter((path) => existsSync(`${rootDirectory}/${path}`)).sort();
}

/** Reads a file of the repository, by its path relative to the root. */
export function readRepositoryFile(path: string): string {
  return readFileSync(`${rootDirectory}/${path}`, 'utf8');
}

/** Tells whether a path is code that we write: TypeScript or JavaScript, and not generated. */
export function isCode(path: string): boolean {
  return /\.(ts|js|mjs|cjs)$/.test(path) && !path.includes('/generated/');
}

/** Tells whether a path is a test, or support for tests. */
export function isTest(path: string): boolean {
  return /\.test\.ts$/.test(basename(path)) || /^packages\/[^/]+\/test\//.test(path);
}

/** Counts lines as an editor numbers them: the newline at the end starts no further line. */
export function countLines(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}
