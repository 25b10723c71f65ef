/** What a run went through, for people. */
import type { CellCount } from './model/state-table.js';
import type { PoolResult } from './seed-pool.js';
import type { SimOptions } from './sim-options.js';

/** Counts of most interest first, each with what it is called in the run. */
const HEADLINES: readonly (readonly [title: string, counts: readonly string[]])[] = [
  ['events', ['events']],
  ['crashes', ['crash', 'failed syncs', 'crashClient', 'killMonitor']],
  ['partitions', ['partition']],
  ['waits', ['waits consistent', 'waits unknown', 'waits timed_out']],
  ['closes', ['closes']],
];

export function describeTotals(
  { stepCount, firstSeed }: SimOptions,
  { counts, seedCount }: PoolResult,
): string {
  const sum = (names: readonly string[]): number =>
    names.reduce((total, name) => total + (counts[name] ?? 0), 0);
  const headlines = HEADLINES.map(([title, names]) => `${formatCount(sum(names))} ${title}`);
  const steps = formatCount(seedCount * stepCount);
  const details = Object.entries(counts)
    .filter(([what]) => !what.includes(' × ') && what !== 'events')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `  ${formatCount(count).padStart(11)} ${what}`);
  return [
    `simulated ${formatCount(seedCount)} deployments from seed ${String(firstSeed)}: ` +
      `${steps} steps, ${headlines.join(', ')}`,
    ...details,
  ].join('\n');
}

/** States down, events across; `–` cannot be reached. */
export function describeCells(cells: readonly CellCount[]): string {
  const states = [...new Set(cells.map(({ state }) => state))];
  const events = [...new Set(cells.map(({ event }) => event))];
  const rows = events.map((event) => [
    event,
    ...states.map((state) => {
      const cell = cells.find((one) => one.state === state && one.event === event);
      return cell === undefined || (cell.cell !== 'possible' && 'because' in cell.cell)
        ? '–'
        : formatCount(cell.count);
    }),
  ]);
  const table = [['event × state', ...states], ...rows];
  const widths = states.map((state) => Math.max(state.length, 9) + 2);
  return table
    .map(([title = '', ...columns]) =>
      columns.reduce(
        (line, text, index) => line + text.padStart(widths[index] ?? 0),
        title.padEnd(18),
      ),
    )
    .join('\n');
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
