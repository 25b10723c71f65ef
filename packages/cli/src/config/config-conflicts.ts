/** What a configuration says that cannot all be true. Knows the shape to be right already. */
import { isName } from '@rendezvous/protocol';
import { listNodes } from './config-nodes.js';
import type { Config, ConfigRegion, ConfigStore } from './config.js';
import { ENDPOINT_PROTOCOLS } from './endpoint-protocols.js';
import { suggestNearest } from '../nearest.js';

/** One line per conflict, each starting with the path of the key to change. */
export function findConflicts(config: Config): string[] {
  return [
    ...findRegionConflicts(config.regions),
    ...[...config.stores].flatMap(([name, store]) =>
      findStoreConflicts(`stores.${name}`, store, config.regions),
    ),
  ];
}

type Regions = Config['regions'];

function findRegionConflicts(regions: Regions): string[] {
  if (listNodes(regions).length === 0) {
    return ['regions: at least one region needs a "node"'];
  }
  return [
    ...[...regions].flatMap(([name, region]) =>
      findRegionConflict(`regions.${name}`, region, regions),
    ),
    ...findSharedNodes(regions),
    ...findBadNames(regions),
  ];
}

function findRegionConflict(path: string, region: ConfigRegion, regions: Regions): string[] {
  if ((region.node === undefined) === (region.servedBy === undefined)) {
    return [`${path}: needs either "node" or "servedBy"`];
  }
  if (region.servedBy === undefined) return [];
  const server = regions.get(region.servedBy);
  if (server === undefined) return [unknownRegion(`${path}.servedBy`, region.servedBy, regions)];
  if (server.node !== undefined) return [];
  return [
    `${path}.servedBy: "${region.servedBy}" has no node of its own; name a region with "node"`,
  ];
}

/** One node that is there twice would call itself a peer. */
function findSharedNodes(regions: Regions): string[] {
  const regionsByUrl = new Map<string, string>();
  const problems: string[] = [];
  for (const { region, index, endpoint } of listNodes(regions)) {
    const url = new URL(endpoint).href;
    const first = regionsByUrl.get(url);
    if (first === undefined) regionsByUrl.set(url, region);
    else if (first === region) problems.push(`regions.${region}.node.${index}: is there twice`);
    else
      problems.push(
        `regions.${region}.node.${index}: is a node of "${first}"; write servedBy: '${first}'`,
      );
  }
  return problems;
}

/** Peers know a node by its name, so that names are unique. */
function findBadNames(regions: Regions): string[] {
  return listNodes(regions)
    .filter(({ index }) => index > 0)
    .flatMap(({ name, region, index }) => {
      const path = `regions.${region}.node.${index}`;
      if (!isName(name))
        return [`${path}: is named "${name}", which is too long; rename "${region}"`];
      if (!regions.has(name)) return [];
      return [`${path}: is named "${name}" like a region; rename one of the regions`];
    });
}

function findStoreConflicts(path: string, store: ConfigStore, regions: Regions): string[] {
  const problems = [...store.regions.keys()]
    .filter((name) => !regions.has(name))
    .map((name) => unknownRegion(`${path}.regions.${name}`, name, regions));
  const primaries = store.regions.get(store.home);
  if (primaries === undefined) {
    problems.push(`${path}.home: "${store.home}" is not one of the store's regions`);
  } else if (primaries.length !== 1) {
    problems.push(`${path}.regions.${store.home}: the home has one endpoint, the primary's`);
  }
  return [...problems, ...findForeignEndpoints(path, store)];
}

/** The URLs of another kind of store. Names none of them: they may hold passwords. */
function findForeignEndpoints(path: string, { kind, regions }: ConfigStore): string[] {
  const protocols = ENDPOINT_PROTOCOLS[kind];
  const wanted = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return [...regions].flatMap(([name, endpoints]) =>
    endpoints
      .map((endpoint, index) => ({ index, protocol: new URL(endpoint).protocol.slice(0, -1) }))
      .filter(({ protocol }) => !protocols.includes(protocol))
      .map(({ index }) => `${path}.regions.${name}.${index}: must be a ${wanted} URL`),
  );
}

function unknownRegion(path: string, name: string, regions: Regions): string {
  return `${path}: there is no region "${name}".${suggestNearest(name, regions.keys())}`;
}
