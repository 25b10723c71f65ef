/** Which regions a node serves, and which nodes are its peers. */
import { RendezvousError } from '@rendezvous/protocol';
import { suggestNearest } from '../nearest.js';
import type { Config } from './config.js';

export interface RegionSelection {
  /** The regions whose own node this is, in the order of the configuration. Never empty. */
  readonly own: readonly string[];
  /** Those and the regions that they serve. */
  readonly served: readonly string[];
  /** The other regions' nodes. */
  readonly peers: readonly RegionNode[];
}

export interface RegionNode {
  readonly region: string;
  readonly endpoint: string;
}

/**
 * The regions that `asked` names (each one with a node of its own), with the regions that they
 * serve. When nothing is asked for and there is one node only, that one's. Throws `config_invalid`.
 */
export function selectRegions(config: Config, asked: readonly string[]): RegionSelection {
  const nodes = listNodes(config);
  for (const region of asked) assertHasNode(config, region, nodes);
  if (asked.length === 0 && nodes.length > 1) {
    const choices = nodes.map(({ region }) => region).join(' or ');
    throw new RendezvousError(
      'config_invalid',
      `the configuration has ${nodes.length} nodes; say which this is: --region ${choices}`,
    );
  }
  const isOwn = (region: string): boolean => asked.length === 0 || asked.includes(region);
  const own = nodes.map(({ region }) => region).filter(isOwn);
  const served = [...config.regions]
    .filter(([region, { servedBy }]) => own.includes(servedBy ?? region))
    .map(([region]) => region);
  return { own, served, peers: nodes.filter(({ region }) => !isOwn(region)) };
}

/** The node that answers for a region. Throws `config_invalid` for a region that does not exist. */
export function findNode(config: Config, region: string): RegionNode {
  const server = config.regions.get(region)?.servedBy ?? region;
  const endpoint = config.regions.get(server)?.node;
  if (endpoint !== undefined) return { region: server, endpoint };
  throw unknownRegion(region, config.regions.keys());
}

/** Every node of the configuration, in its order. */
function listNodes(config: Config): RegionNode[] {
  return [...config.regions].flatMap(([region, { node }]) =>
    node === undefined ? [] : [{ region, endpoint: node }],
  );
}

function assertHasNode(config: Config, region: string, nodes: readonly RegionNode[]): void {
  if (nodes.some((node) => node.region === region)) return;
  const servedBy = config.regions.get(region)?.servedBy;
  if (servedBy === undefined) throw unknownRegion(region, config.regions.keys());
  throw new RendezvousError(
    'config_invalid',
    `the region "${region}" is served by the node of "${servedBy}": use --region ${servedBy}`,
  );
}

function unknownRegion(region: string, known: Iterable<string>): RendezvousError {
  return new RendezvousError(
    'config_invalid',
    `the configuration has no region "${region}".${suggestNearest(region, known)}`,
  );
}
