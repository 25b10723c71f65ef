export { wrapMysql2 } from './shim.js';
export { unwrap } from '../shim-registry.js';
export { mysqlVisibility } from './visibility.js';
export type { MysqlVisibilityOptions } from './visibility.js';
export { mysqlPositionOrder } from './position.js';
export type { MysqlPosition } from './position.js';
