/**
 * What may happen to a branch at one place, as a node sees it: every state × every event.
 *
 * A place is a replica of a region that the node serves, or a region that another node serves. The
 * run counts each cell; a possible cell that stays empty fails it. A cell that cannot be reached says
 * why, and fails the run when it is reached; a rare one says what it takes.
 */
export type PlaceState =
  | 'unknown'
  | 'closed early'
  /** Of a store with markers: its lease is not over. */
  | 'under way'
  | 'open'
  | 'no trace'
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
  | 'confirm'
  | "peer's confirm"
  | 'lease over'
  | 'no trace'
  | 'expiry'
  | 'restart';

/** Why a cell stays empty. */
export interface Impossible {
  readonly because: string;
}

/** What takes two accidents at once: not every run has it. */
export interface Rare {
  readonly whenever: string;
}

type Cell = 'possible' | Impossible | Rare;
type Row = Readonly<Record<PlaceEvent, Cell>>;

const no = (because: string): Impossible => ({ because });

const NOT_IN_TABLE = no('a watermark is held only against the branches in the table');
const NOTHING_TO_GIVE_UP = no('only branches in the table expire');
const NOTHING_HELD = no('a node that holds nothing of a branch loses nothing of it');
const ONLY_FIRST = no('an open is a retry only while its entry is in the own journal');
const NEVER_ACKNOWLEDGED = no('a write that failed is not confirmed');
const TOLD_BEFORE = no('a monitor speaks of a trace only where this node told it of the branch');
const OPENED_ANEW: Rare = {
  whenever: 'a branch that was given up is opened anew, by a retry, while a monitor looks for it',
};
const OVERTAKEN: Rare = {
  whenever: 'an abort overtakes what a monitor says of the branch, by its target or of its trace',
};
const GONE_MEANWHILE: Rare = {
  whenever: 'a branch closes by the word of others while a monitor finds no trace of it',
};
const CLOSED_BY_TARGET: Rare = {
  whenever:
    'a later write closed the branch of a failed one, for a second monitor after it was gone',
};
const NEVER_WRITTEN = no('a write that failed is nowhere to be seen, and has no position');
const CUT_OFF_STAYS = no('what a fork cut off is below no later watermark');
const NO_POSITIONS = no('a write with a marker has no position');
const NO_MARKERS = no('a write with a position has no lease and no marker');
const NO_LEASE = no('a branch whose lease is over has none');
const IN_TABLE_ONLY = no('only branches in the table have a lease');
const SEEN_BY_ANOTHER: Rare = {
  whenever: 'a second node of the region heard a signal for a write whose position was cut off',
};

/** Of branches that are not in the table. */
const absent = (restart: Cell, abort: Cell = 'possible', noTrace: Cell = 'possible'): Row => ({
  open: 'possible',
  'retried open': ONLY_FIRST,
  copy: 'possible',
  'repeated copy': 'possible',
  close: 'possible',
  'watermark reached': NOT_IN_TABLE,
  'watermark cut off': NOT_IN_TABLE,
  report: 'possible',
  abort,
  "peer's abort": abort,
  confirm: 'possible',
  "peer's confirm": 'possible',
  'lease over': IN_TABLE_ONLY,
  'no trace': noTrace,
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
  confirm: 'possible',
  "peer's confirm": 'possible',
  'lease over': 'possible',
  'no trace': 'possible',
  expiry: 'possible',
  restart: 'possible',
};

export const STATE_TABLE: Readonly<Record<PlaceState, Row>> = {
  unknown: absent(NOTHING_HELD, 'possible', TOLD_BEFORE),
  'closed early': absent('possible', CLOSED_BY_TARGET, GONE_MEANWHILE),
  'under way': {
    ...present,
    'no trace': OPENED_ANEW,
    'watermark reached': NO_POSITIONS,
    'watermark cut off': NO_POSITIONS,
  },
  open: { ...present, 'lease over': NO_LEASE },
  'no trace': {
    ...present,
    'watermark reached': NO_POSITIONS,
    'watermark cut off': NO_POSITIONS,
    'lease over': NO_LEASE,
  },
  'cut off': {
    ...present,
    'watermark reached': CUT_OFF_STAYS,
    report: SEEN_BY_ANOTHER,
    abort: NEVER_WRITTEN,
    "peer's abort": NEVER_WRITTEN,
    confirm: NO_MARKERS,
    "peer's confirm": NO_MARKERS,
    'lease over': NO_MARKERS,
    'no trace': NO_MARKERS,
  },
  closed: present,
  aborted: {
    ...present,
    close: OVERTAKEN,
    'no trace': OVERTAKEN,
    'watermark reached': NEVER_WRITTEN,
    'watermark cut off': NEVER_WRITTEN,
    confirm: NEVER_ACKNOWLEDGED,
    "peer's confirm": NEVER_ACKNOWLEDGED,
  },
  collected: absent(NOTHING_HELD, 'possible', GONE_MEANWHILE),
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
    if (count === 0 || !('because' in cell)) return [];
    return [`reached ${String(count)} times: ${cellName(state, event)}, although ${cell.because}`];
  });
}
