export { redisVisibility } from './visibility.js';
export type { RedisVisibilityOptions } from './visibility.js';
export { redisPositionOrder } from './position.js';
export type { PreviousLineage, RedisPosition } from './position.js';
