/** Which node a process is, which regions it serves, and which nodes are its peers. */
import { RendezvousError } from '@rendezvous/protocol';
import { suggestNearest } from '../nearest.js';
import { listNodes } from './config-nodes.js';
import type { ConfigNode } from './config-nodes.js';
import type { Config } from './config.js';

/** What the command line says about it. */
export interface AskedNodes {
  /** Each one with nodes of its own. */
  readonly regions: readonly string[];
  /** URLs: which of the nodes, where a region has several. */
  readonly nodes: readonly string[];
}

export interface NodeSelection {
  /** What this process is: one node of each of its regions, in the order of the configuration. Never empty. */
  readonly own: readonly ConfigNode[];
  /** Their regions, and the regions that those serve. */
  readonly served: readonly string[];
  /** All other nodes, those of the same regions included. */
  readonly peers: readonly ConfigNode[];
}

/**
 * The node that `asked` names, or several to be in one process. What the configuration leaves no
 * choice about need not be asked for: the only node of all, the only node of a region, the region of
 * a node. Throws `config_invalid`, with the choices, for what is unknown or ambiguous.
 */
export function selectNodes(config: Config, asked: AskedNodes): NodeSelection {
  const all = listNodes(config.regions);
  for (const region of asked.regions) assertHasNode(config, region, all);
  const named = asked.nodes.map((url) => findNamed(url, all, asked.regions));
  const regions = asked.regions.length > 0 ? asked.regions : named.map(({ region }) => region);
  if (regions.length === 0 && all.length > 1) throw ambiguous('the configuration', all);
  const picked = regions.length === 0 ? all : regions.map((region) => pickNode(region, all, named));
  const own = all.filter((node) => picked.includes(node));
  const served = [...config.regions.keys()].filter((name) => {
    const server = config.regions.get(name)?.servedBy ?? name;
    return own.some(({ region }) => region === server);
  });
  return { own, served, peers: all.filter((node) => !own.includes(node)) };
}

/** The nodes that answer for a region. Throws `config_invalid` for a region that does not exist. */
export function findNodes(config: Config, region: string): readonly ConfigNode[] {
  const server = config.regions.get(region)?.servedBy ?? region;
  const nodes = listNodes(config.regions).filter((node) => node.region === server);
  if (nodes.length > 0) return nodes;
  throw unknownRegion(region, config.regions.keys());
}

/** The node of the region that was named, or its only one. */
function pickNode(
  region: string,
  all: readonly ConfigNode[],
  named: readonly ConfigNode[],
): ConfigNode {
  const ofRegion = all.filter((node) => node.region === region);
  const candidates = ofRegion.filter((node) => named.includes(node));
  const [only, ...others] = candidates.length > 0 ? candidates : ofRegion;
  if (only !== undefined && others.length === 0) return only;
  throw ambiguous(`the region "${region}"`, ofRegion);
}

function findNamed(
  url: string,
  all: readonly ConfigNode[],
  askedRegions: readonly string[],
): ConfigNode {
  const shown = describeUrl(url);
  const node = all.find(({ endpoint }) => describeUrl(endpoint) === shown);
  if (node === undefined) {
    const choices = all.map(({ endpoint }) => `--node ${describeUrl(endpoint)}`).join(' or ');
    throw invalid(`the configuration has no node ${shown}: use ${choices}`);
  }
  if (askedRegions.length === 0 || askedRegions.includes(node.region)) return node;
  throw invalid(
    `the node ${shown} is one of the region "${node.region}": use --region ${node.region}`,
  );
}

function assertHasNode(config: Config, region: string, nodes: readonly ConfigNode[]): void {
  if (nodes.some((node) => node.region === region)) return;
  const servedBy = config.regions.get(region)?.servedBy;
  if (servedBy === undefined) throw unknownRegion(region, config.regions.keys());
  throw invalid(
    `the region "${region}" is served by the nodes of "${servedBy}": use --region ${servedBy}`,
  );
}

function ambiguous(what: string, nodes: readonly ConfigNode[]): RendezvousError {
  const isOnly = ({ region }: ConfigNode): boolean =>
    nodes.filter((node) => node.region === region).length === 1;
  const choices = nodes.map((node) =>
    isOnly(node) ? `--region ${node.region}` : `--node ${describeUrl(node.endpoint)}`,
  );
  return invalid(`${what} has ${nodes.length} nodes; say which this is: ${choices.join(' or ')}`);
}

/** A URL without what may be secret, equal for equal nodes. What is no URL is not shown at all. */
function describeUrl(text: string): string {
  if (!URL.canParse(text)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function unknownRegion(region: string, known: Iterable<string>): RendezvousError {
  return invalid(`the configuration has no region "${region}".${suggestNearest(region, known)}`);
}

function invalid(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}
