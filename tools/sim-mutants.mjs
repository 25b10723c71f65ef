/**
 * Proves that the simulation can fail: `npm run sim:mutants`.
 *
 * Each rule of SPEC.md is broken on purpose, and so is each condition of the node core; what nothing
 * catches is told. Ends with 1 when a rule's mutant lives, or more than a fifth of the generated.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { generateMutants } from './simulation/generate-mutants.mjs';
import { judgeAll } from './simulation/judge-all.mjs';
import { describeJudgements } from './simulation/mutant-report.mjs';
import { readSource, resolveRuleMutants } from './simulation/resolve-mutants.mjs';
import { rootDirectory } from './workspace.mjs';

const CORE = 'packages/server/src/core';
/** The share of generated mutants that must be caught: the others change nothing that anyone sees. */
const CAUGHT_SHARE_MIN = 0.8;

const HELP = `Breaks the node on purpose, and tells what catches it.

usage: npm run sim:mutants -- [options]

  --seeds N             simulated deployments per rule's mutant, until one fails (default 2000)
  --generated-seeds N   the same per generated mutant (default 200)
  --sample N            of the generated mutants, evenly spread (default all; 0 for none)
  --file NAME           only mutants of files whose path contains this
  --json                print one JSON object instead of a table
  --help                print this
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    'generated-seeds': { type: 'string', default: '200' },
    sample: { type: 'string', default: '1000000' },
    file: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? (process.stdout.write(HELP), 0) : await main();

/** @returns {Promise<number>} The exit code. */
async function main() {
  const seedCount = readNumber('seeds', values.seeds);
  const generatedSeedCount = readNumber('generated-seeds', values['generated-seeds']);
  const sampleCount = readNumber('sample', values.sample);
  const isWanted = (/** @type {{ file: string }} */ { file }) => file.includes(values.file);
  const rules = resolveRuleMutants().filter(isWanted);
  const generated = spread(listGenerated().filter(isWanted), sampleCount);
  const onJudged = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  const judgements = await judgeAll({
    mutants: [...rules, ...generated],
    seedCountOf: ({ rule }) => (rule === undefined ? generatedSeedCount : seedCount),
    workerCount: availableParallelism(),
    onJudged,
  });
  const report = describeJudgements(judgements, CAUGHT_SHARE_MIN);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : report.text);
  return report.isEnough ? 0 : 1;
}

function listGenerated() {
  return readdirSync(`${rootDirectory}/${CORE}`)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .flatMap((name) => generateMutants(`${CORE}/${name}`, readSource(`${CORE}/${name}`)));
}

/**
 * @template T
 * @param {readonly T[]} all
 * @param {number} count
 */
function spread(all, count) {
  if (count >= all.length) return all;
  return all.filter(
    (_, index) =>
      Math.floor((index * count) / all.length) !== Math.floor(((index + 1) * count) / all.length),
  );
}

/**
 * @param {string} flag
 * @param {string} text
 */
function readNumber(flag, text) {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${flag} takes a whole number, not "${text}"\n`);
  process.exit(2);
}
