import type { Config } from './config.js';

/** One node of the configuration: a process with a journal of its own. */
export interface ConfigNode {
  /** What its peers call it: its region, for the second and later ones with their number: `us`, `us-2`. */
  readonly name: string;
  readonly region: string;
  /** Its place among the nodes of its region. */
  readonly index: number;
  readonly endpoint: string;
}

/** Every node, in the order of the configuration. */
export function listNodes(regions: Config['regions']): ConfigNode[] {
  return [...regions].flatMap(([region, { node = [] }]) =>
    node.map((endpoint, index) => ({
      name: index === 0 ? region : `${region}-${index + 1}`,
      region,
      index,
      endpoint,
    })),
  );
}
