import { RendezvousError } from '@rendezvous/protocol';
import { DEMO_STORES, isDemoStore, type DemoStoreName } from '../demo/stores/load-demo-store.js';
import { suggestNearest } from '../nearest.js';

/** The value of `--stores`. Throws `config_invalid` for a name that is none, or appears twice. */
export function parseStores(command: string, text: string): DemoStoreName[] {
  const invalid = (problem: string): RendezvousError =>
    new RendezvousError('config_invalid', `${command}: --stores ${problem}`);
  const names = text.split(',').map((name) => name.trim());
  return names.map((name, index) => {
    if (!isDemoStore(name)) {
      throw invalid(
        `takes ${DEMO_STORES.join(', ')}, not "${name}".${suggestNearest(name, DEMO_STORES)}`,
      );
    }
    if (names.indexOf(name) !== index) throw invalid(`names ${name} twice`);
    return name;
  });
}
