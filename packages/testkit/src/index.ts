// Real datastores with a lag gate, for tests and demonstrations.
export { startPostgresPair } from './postgres/postgres-pair.js';
export type { PostgresPair, PostgresPairOptions } from './postgres/postgres-pair.js';
export type { PostgresServer } from './postgres/postgres-server.js';
export { startMariadbPair } from './mariadb/mariadb-pair.js';
export { startMysqlPair } from './mysql/mysql-pair.js';
export { findMysqlProgram } from './mysql/mysql-program.js';
export type { MysqlPair, MysqlPairOptions, MysqlReplica } from './mysql/start-mysql-pair.js';
export type { MysqlServer } from './mysql/mysql-server.js';
export { startRedisPair } from './redis/redis-pair.js';
export type { RedisPair, RedisPairOptions } from './redis/redis-pair.js';
export { startRedisCluster } from './redis/redis-cluster.js';
export type { RedisCluster, RedisClusterOptions, RedisShard } from './redis/redis-cluster.js';
export { startRedisSentinel } from './redis/redis-sentinel.js';
export type { RedisSentinel } from './redis/redis-sentinel.js';
export type { RedisServer } from './redis/redis-server.js';
export { startGlobalTable } from './dynamodb/global-table.js';
export type {
  GlobalTable,
  GlobalTableOptions,
  GlobalTableRegion,
} from './dynamodb/global-table.js';
export type { OperationCounts } from './dynamodb/operation-counts.js';
export { startS3Pair } from './s3/s3-pair.js';
export { findCephProgram } from './s3/ceph-program.js';
export type { S3BucketOptions, S3Pair, S3PairOptions, S3Zone } from './s3/s3-pair.js';
export type { DatastoreServer } from './server-process.js';
export type { LagGate } from './lag-gate.js';
export type { LinkedReplica } from './linked-replica.js';

// A real metadata node inside the test's own process.
export { startNode } from './start-node.js';
export type { StartNodeOptions } from './start-node.js';

// Links that misbehave on demand.
export { startDelayProxy } from './delay-proxy.js';
export type { DelayProxy, DelayProxyOptions, ProxyDirection, ProxyTraffic } from './delay-proxy.js';

// Several servers behind one address.
export { startBalancer } from './balancer.js';
export type { Balancer } from './balancer.js';

// Certificates, made when a test asks for them.
export { createTestAuthority } from './certificates/test-authority.js';
export type {
  TestAuthority,
  TestCertificate,
  TestCertificateOptions,
} from './certificates/test-authority.js';

// AWS Lambda with SNS and SQS as event sources, on this machine.
export { startLambdaService } from './lambda/lambda-service.js';
export type {
  ExecutionEnvironment,
  LambdaService,
  LambdaServiceOptions,
} from './lambda/lambda-service.js';
export type { FunctionOptions } from './lambda/function-options.js';
export type { FunctionLogLine, InvocationReport } from './lambda/invocation.js';
export type { EventSourceMapping, SqsMappingOptions } from './lambda/sqs-mapping.js';
export { toSqsEvent } from './lambda/sqs-event.js';
export { startMessageServer } from './lambda/message-server.js';
export type { MessageServer } from './lambda/message-server.js';

// For sibling packages.
export { findFreePort } from './free-port.js';
export { startReaper } from './reaper.js';
export type { Reaper } from './reaper.js';
