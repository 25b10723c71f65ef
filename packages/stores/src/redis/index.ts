export { wrapIoredis, wrapRedis } from './shim.js';
export type { IoredisLike, NodeRedisLike } from './shim.js';
export { unwrap } from '../shim-registry.js';
export { redisVisibility } from './visibility.js';
export type { RedisVisibilityOptions } from './visibility.js';
export { redisClusterVisibility } from './cluster-visibility.js';
export type { RedisClusterVisibilityOptions } from './cluster-visibility.js';
export { redisPositionOrder } from './position-order.js';
export type { PreviousLineage, RedisPosition } from './position.js';
