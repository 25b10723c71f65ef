export { wrapPg } from './shim.js';
export type { PgClientOrPool } from './shim.js';
export { unwrap } from '../shim-registry.js';
export { postgresVisibility } from './visibility.js';
export type { PostgresVisibilityOptions } from './visibility.js';
export { postgresPositionOrder } from './position.js';
export type { PostgresPosition } from './position.js';
