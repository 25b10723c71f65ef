// The suite that every datastore adapter must pass, ours and our users'.
export { createConformanceSuite } from './create-conformance-suite.js';
export type { ConformanceOptions, ConformanceSuite } from './create-conformance-suite.js';
export type { ConformanceCase } from './conformance-case.js';
export type { ConformanceRuntime } from './runtime.js';

// What an adapter brings.
export type {
  ConformanceCall,
  ConformanceClient,
  ConformanceHarness,
  ConformanceKeyedCall,
  ConformanceWrite,
  ConnectOptions,
  NotApplicable,
  ReplicationGate,
  RunningReplica,
  RunningServer,
  RunningStore,
} from './harness.js';
