/**
 * What differs from one simulated deployment to another: regions, nodes, stores, and how slow
 * everything is. All of it follows from the seed.
 *
 *            eu                    us                    ap …
 *   nodes    eu  (eu-b)            us                    ap         all to all
 *   posts    primary               1–2 replicas          1–2 replicas     search: an index, at us
 *   orders   1–2 replicas          primary               1–2 replicas
 *   photos   its writes carry markers; in most deployments, with its primary anywhere
 */
import { Random } from './random.js';

/** How one simulated world differs from another, besides what happens in it. */
export interface Settings {
  /** Between regions, one way; inside a region it is a twentieth. */
  readonly latencyMs: number;
  /** The longest sync of a journal. */
  readonly syncMs: number;
  /** The longest time that a replica takes for its next few writes. */
  readonly replicationMs: number;
  readonly branchTtlMs: number;
  /** How long a client relies on a write with a marker that is not acknowledged. */
  readonly leaseMs: number;
  /** Clocks of nodes run too fast or too slow by at most this share. */
  readonly clockDriftMax: number;
}

export interface Deployment extends Settings {
  readonly regions: readonly string[];
  readonly nodes: readonly NodePlan[];
  readonly stores: readonly StorePlan[];
  readonly markerStores: readonly MarkerStorePlan[];
}

export interface NodePlan {
  readonly name: string;
  /** Where it runs, and what it serves first. */
  readonly region: string;
  /** Derived regions that it serves besides. */
  readonly derived: readonly string[];
}

/** Of a store whose writes are known by their markers. */
export interface MarkerStorePlan {
  readonly name: string;
  readonly home: string;
  /** Region → how many replicas it has. */
  readonly replicaCounts: Readonly<Record<string, number>>;
}

export interface StorePlan extends MarkerStorePlan {
  /** Replicas announce each write as they apply it (rule 13). */
  readonly hasSignals: boolean;
  /** A region that is a search index, fed by a consumer; `''` for none. */
  readonly index: string;
}

const INDEX_REGION = 'search';

const REGIONS = ['eu', 'us', 'ap', 'sa'];
/** Ten times what quartz does, and what NTP corrects at most. */
const CLOCK_DRIFTS = [0, 0, 0.000_5];

export function createDeployment(seed: number): Deployment {
  const random = new Random(seed ^ 0x5eed);
  const settings = {
    latencyMs: random.pick([2, 20, 60]),
    syncMs: random.pick([1, 10, 40]),
    replicationMs: random.pick([5, 60, 300, 1_000]),
    branchTtlMs: random.pick([1_500, 5_000, 60_000, 60_000, 60_000, 60_000]),
    leaseMs: random.pick([100, 500, 2_000]),
    clockDriftMax: random.pick(CLOCK_DRIFTS),
  };
  const regions = REGIONS.slice(0, random.pick([2, 3, 3, 4]));
  const index = random.chance(0.3) ? INDEX_REGION : '';
  const nodes = regions.map((region) => {
    const derived = region === 'us' && index !== '' ? [index] : [];
    return { name: region, region, derived };
  });
  const shared = random.pick(nodes);
  if (random.chance(0.25)) nodes.push({ ...shared, name: `${shared.name}-b` });
  const planMarkers = (name: string, home: string): MarkerStorePlan => ({
    name,
    home,
    replicaCounts: Object.fromEntries(regions.map((region) => [region, random.pick([1, 1, 2])])),
  });
  const plan = (name: string, home: string): StorePlan => ({
    ...planMarkers(name, home),
    index: name === 'posts' ? index : '',
    hasSignals: random.chance(0.6),
  });
  const stores = [plan('posts', 'eu'), plan('orders', 'us')];
  const markerStores = random.chance(0.7) ? [planMarkers('photos', random.pick(regions))] : [];
  return { ...settings, regions, nodes, stores, markerStores };
}
