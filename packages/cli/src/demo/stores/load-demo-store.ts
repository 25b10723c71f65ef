import type { DemoStore } from './demo-store.js';

/** A datastore that the demo runs on: a kind of store that nodes monitor. */
export type DemoStoreName = 'dynamodb' | 'mariadb' | 'mysql' | 'postgres' | 'redis' | 's3';

const MODULES: Readonly<Record<DemoStoreName, () => Promise<DemoStore>>> = {
  mariadb: async () => (await import('./mysql-demo-store.js')).mariadbDemoStore,
  mysql: async () => (await import('./mysql-demo-store.js')).mysqlDemoStore,
  postgres: async () => (await import('./postgres-demo-store.js')).postgresDemoStore,
  dynamodb: async () => (await import('./dynamodb-demo-store.js')).dynamodbDemoStore,
  s3: async () => (await import('./s3-demo-store.js')).s3DemoStore,
  redis: async () => (await import('./redis-demo-store.js')).redisDemoStore,
};

/** Every store, in the order of reports. */
export const DEMO_STORES: readonly DemoStoreName[] = [
  'redis',
  'postgres',
  'mariadb',
  'mysql',
  'dynamodb',
  's3',
];

export function isDemoStore(name: string): name is DemoStoreName {
  return (DEMO_STORES as readonly string[]).includes(name);
}

/** Loads the module of one store, and of no other. */
export function loadDemoStore(name: DemoStoreName): Promise<DemoStore> {
  return MODULES[name]();
}
