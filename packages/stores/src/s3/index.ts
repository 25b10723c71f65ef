export { wrapS3 } from './shim.js';
export type { S3Like } from './shim.js';
export type { WrapS3Options } from './wrap-options.js';
export type { BucketNames } from './object-place.js';
export { unwrap } from '../shim-registry.js';
export { s3Visibility } from './visibility.js';
export type { S3VisibilityOptions } from './visibility.js';
