import type { VisibilityStrategy } from '@rendezvous/protocol';
import { mysqlVisibility } from '@rendezvous/stores/mysql';
import { dynamodbVisibility } from '@rendezvous/stores/dynamodb';
import { postgresVisibility } from '@rendezvous/stores/postgres';
import { redisClusterVisibility, redisVisibility } from '@rendezvous/stores/redis';
import { s3Visibility } from '@rendezvous/stores/s3';
import type { StoreKind } from './define-config.js';

/** How monitors learn of visibility, for every kind of store that a configuration may name. */
export function createStrategies(): Readonly<Record<StoreKind, VisibilityStrategy>> {
  return {
    mariadb: mysqlVisibility(),
    mysql: mysqlVisibility(),
    postgres: postgresVisibility(),
    redis: redisVisibility(),
    'redis-cluster': redisClusterVisibility(),
    dynamodb: dynamodbVisibility(),
    s3: s3Visibility(),
  };
}
