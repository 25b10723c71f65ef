export { postgresPositionOrder } from './position.js';
export type { PostgresPosition } from './position.js';
export { postgresVisibility } from './visibility.js';
export type { PostgresVisibilityOptions } from './visibility.js';
