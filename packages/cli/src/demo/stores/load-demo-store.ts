import type { DemoStore } from './demo-store.js';

/** A datastore that the demo runs on: a kind of store that nodes monitor. */
export type DemoStoreName = 'postgres';

const MODULES: Readonly<Record<DemoStoreName, () => Promise<DemoStore>>> = {
  postgres: async () => (await import('./postgres-demo-store.js')).postgresDemoStore,
};

/** Loads the module of one store, and of no other. */
export function loadDemoStore(name: DemoStoreName): Promise<DemoStore> {
  return MODULES[name]();
}
