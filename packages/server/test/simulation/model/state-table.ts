/**
 * What may happen to a branch at one place, as a node sees it: every state × every event.
 *
 * A place is a replica of a region that the node serves, or a region that another node serves. The
 * run counts each cell; a cell that must be possible and stays empty fails it. A cell that cannot
 * be reached says why, and fails the run when it is.
 */
export type PlaceState =
  | 'unknown'
  | 'closed early'
  | 'open'
  | 'cut off'
  | 'closed'
  | 'aborted'
  | 'collected'
  | 'given up';

export type PlaceEvent =
  | 'open'
  | 'retried open'
  | 'copy'
  | 'repeated copy'
  | 'close'
  | 'watermark reached'
  | 'watermark cut off'
  | 'report'
  | 'abort'
  | "peer's abort"
  | 'expiry'
  | 'restart';

/** Why a cell stays empty. */
export interface Impossible {
  readonly because: string;
}

type Cell = 'possible' | Impossible;
type Row = Readonly<Record<PlaceEvent, Cell>>;

const no = (because: string): Impossible => ({ because });

const NOT_IN_TABLE = no('a watermark is held only against the branches in the table');
const NOTHING_TO_GIVE_UP = no('only branches in the table expire');
const NOTHING_HELD = no('a node that holds nothing of a branch loses nothing of it');
const ONLY_FIRST = no('an open is a retry only while its entry is in the own journal');
const CLOSED_STAYS = no('a replica does not show what a failover cut off, and cuts off nothing shown');

/** Of branches that are not in the table. */
const absent = (restart: Cell): Row => ({
  open: 'possible',
  'retried open': ONLY_FIRST,
  copy: 'possible',
  'repeated copy': 'possible',
  close: 'possible',
  'watermark reached': NOT_IN_TABLE,
  'watermark cut off': NOT_IN_TABLE,
  report: 'possible',
  abort: 'possible',
  "peer's abort": 'possible',
  expiry: NOTHING_TO_GIVE_UP,
  restart,
});

const present: Row = {
  open: 'possible',
  'retried open': 'possible',
  copy: 'possible',
  'repeated copy': 'possible',
  close: 'possible',
  'watermark reached': 'possible',
  'watermark cut off': 'possible',
  report: 'possible',
  abort: 'possible',
  "peer's abort": 'possible',
  expiry: 'possible',
  restart: 'possible',
};

export const STATE_TABLE: Readonly<Record<PlaceState, Row>> = {
  unknown: absent(NOTHING_HELD),
  'closed early': absent('possible'),
  open: present,
  'cut off': present,
  closed: { ...present, 'watermark cut off': CLOSED_STAYS },
  aborted: present,
  collected: absent(NOTHING_HELD),
  'given up': absent(NOTHING_HELD),
};

export function cellName(state: PlaceState, event: PlaceEvent): string {
  return `${state} × ${event}`;
}

export interface CellCount {
  readonly state: PlaceState;
  readonly event: PlaceEvent;
  readonly cell: Cell;
  readonly count: number;
}

/** Every cell with its count. */
export function readCells(counts: ReadonlyMap<string, number>): readonly CellCount[] {
  return (Object.entries(STATE_TABLE) as [PlaceState, Row][]).flatMap(([state, row]) =>
    (Object.entries(row) as [PlaceEvent, Cell][]).map(([event, cell]) => ({
      state,
      event,
      cell,
      count: counts.get(cellName(state, event)) ?? 0,
    })),
  );
}

/** Possible cells that were never reached, and impossible ones that were. */
export function faultsOf(cells: readonly CellCount[]): readonly string[] {
  return cells.flatMap(({ state, event, cell, count }) => {
    if (cell === 'possible') return count === 0 ? [`never reached: ${cellName(state, event)}`] : [];
    if (count === 0) return [];
    return [`reached ${String(count)} times: ${cellName(state, event)}, although ${cell.because}`];
  });
}
