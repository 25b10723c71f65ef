/**
 * Repository-wide checks that no linter makes (STYLE rule 20). Each test collects its offenders into
 * a list and expects it to be empty, so that a failure names all of them.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, posix } from 'node:path';
import { expect, test } from 'vitest';
import { listFunctionLengths, median } from './tidy/function-lengths.js';
import { listAnchors, listRelativeLinks } from './tidy/markdown.js';
import {
  countLines,
  isCode,
  isTest,
  listRepositoryFiles,
  readRepositoryFile,
} from './tidy/repository-files.js';
import { listNamedInvariants, listSpecInvariants } from './tidy/spec-invariants.js';
import { rootDirectory } from './workspace.mjs';

const files = listRepositoryFiles();
const code = files.filter(isCode);
const sources = code.filter((path) => path.startsWith('packages/') && !isTest(path));
const testFiles = code.filter((path) => /^packages\/.*\.test\.ts$/.test(path));
const markdown = files.filter((path) => path.endsWith('.md'));

test('code files have kebab-case names', () => {
  const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
  expect(code.filter((path) => !kebabCase.test(basename(path)))).toEqual([]);
});

test('no file or folder is a drawer for what has no name', () => {
  const drawer = /(^|\/)(utils?|helpers?|types?|classes|common|misc)(\.[a-z]+|\/)/;
  expect(code.filter((path) => drawer.test(path))).toEqual([]);
});

test('no file is longer than 400 lines', () => {
  expect(code.filter((path) => countLines(readRepositoryFile(path)) > 400)).toEqual([]);
});

test('half of the source files have at most 120 lines', () => {
  expect(median(sources.map((path) => countLines(readRepositoryFile(path))))).toBeLessThanOrEqual(
    120,
  );
});

test('half of the functions have at most 12 lines', () => {
  const lengths = sources.flatMap((path) => listFunctionLengths(path, readRepositoryFile(path)));
  expect(median(lengths)).toBeLessThanOrEqual(12);
});

test('a lint rule that is switched off says why', () => {
  const silent = code.filter((path) =>
    readRepositoryFile(path)
      .split('\n')
      .some((line) => /\/[/*]\s*eslint-disable/.test(line) && !/ -- \S/.test(line)),
  );
  expect(silent).toEqual([]);
});

test("no file names a developer's machine or a package registry", () => {
  const machinePath = /(^|[\s"'`(=:])\/(work|root|home|Users)\/\w/m;
  const registry = /https?:\/\/[\w.-]*(registry|artifactory|nexus|verdaccio)[\w.-]*\//i;
  const offenders = files.filter((path) => {
    const text = readRepositoryFile(path);
    return machinePath.test(text) || registry.test(text);
  });
  expect(offenders).toEqual([]);
});

test('relative links in Markdown lead to files and headings that exist', () => {
  const broken = markdown.flatMap((path) =>
    listRelativeLinks(readRepositoryFile(path))
      .filter((link) => !leadsSomewhere(path, link.path, link.anchor))
      .map((link) => `${path} → ${link.path}${link.anchor === '' ? '' : `#${link.anchor}`}`),
  );
  expect(broken).toEqual([]);
});

function leadsSomewhere(from: string, path: string, anchor: string): boolean {
  const target = path === '' ? from : posix.join(dirname(from), path);
  if (target.startsWith('..') || !existsSync(`${rootDirectory}/${target}`)) return false;
  if (anchor === '' || !target.endsWith('.md')) return true;
  return listAnchors(readRepositoryFile(target)).includes(anchor);
}

test('CHANGELOG.md has an Unreleased section', () => {
  expect(readRepositoryFile('CHANGELOG.md')).toMatch(/^## \[?Unreleased\]?$/m);
});

test('every invariant of SPEC.md says what enforces it, and is named in a test title or says why not', () => {
  const named = new Set(testFiles.flatMap((path) => listNamedInvariants(readRepositoryFile(path))));
  const invariants = listSpecInvariants(readRepositoryFile('SPEC.md'));
  const known = new Set(invariants.map(({ id }) => id));
  expect(invariants.length).toBeGreaterThan(0);
  expect({
    unenforced: invariants.filter((i) => !i.saysWhatEnforcesIt).map(({ id }) => id),
    untested: invariants.filter((i) => i.isTested && !named.has(i.id)).map(({ id }) => id),
    testedAfterAll: invariants.filter((i) => !i.isTested && named.has(i.id)).map(({ id }) => id),
    unknown: [...named].filter((id) => !known.has(id)),
  }).toEqual({ unenforced: [], untested: [], testedAfterAll: [], unknown: [] });
});
