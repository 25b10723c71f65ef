import type { StoreKind } from './define-config.js';

/** What a URL of a store's endpoint starts with, before `://`, by the kind of store. */
export const ENDPOINT_PROTOCOLS: Readonly<Record<StoreKind, readonly [string, ...string[]]>> = {
  mariadb: ['mariadb', 'mysql'],
  mysql: ['mysql'],
  postgres: ['postgres', 'postgresql'],
  redis: ['redis', 'rediss'],
  'redis-cluster': ['redis-cluster', 'rediss-cluster'],
  dynamodb: ['dynamodb', 'http', 'https'],
  s3: ['s3', 'http', 'https'],
};
