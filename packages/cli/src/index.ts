// What a rendezvous.config.ts imports. The rest of the package is the `rendezvous` command.
export { defineConfig, env } from './config/define-config.js';
export type {
  NodeRegionConfig,
  PolicyConfig,
  RegionConfig,
  RendezvousConfig,
  ServedRegionConfig,
  StoreConfig,
  StoreKind,
} from './config/define-config.js';
