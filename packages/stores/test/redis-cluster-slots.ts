import type { RedisCluster } from '@rendezvous/testkit';
import { Redis } from 'ioredis';

const SLOT_COUNT = 16_384;

/** The hash slot of a key without hash tag: CRC-16 (XMODEM), as the cluster's specification has it. */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % SLOT_COUNT;
}

/** A key of each shard. */
export function keysOfShards({ shards }: RedisCluster): readonly string[] {
  return shards.map(({ slots: [first, last] }) => {
    for (let index = 0; ; index += 1) {
      const key = `key-${String(index)}`;
      if (slotOf(key) >= first && slotOf(key) <= last) return key;
    }
  });
}

/** Moves a slot with all its keys, as `redis-cli --cluster reshard` does; `halfWay` runs before its keys go. */
export async function moveSlot(
  { shards }: RedisCluster,
  slot: number,
  from: number,
  to: number,
  halfWay: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const primaries = shards.map(({ primary }) => new Redis(primary.url));
  const [source, target] = [primaries[from], primaries[to]];
  if (source === undefined || target === undefined) throw new Error('no such shard');
  const [sourceId, targetId] = await Promise.all([source.cluster('MYID'), target.cluster('MYID')]);
  await target.cluster('SETSLOT', slot, 'IMPORTING', sourceId);
  await source.cluster('SETSLOT', slot, 'MIGRATING', targetId);
  await halfWay();
  const keys = await source.cluster('GETKEYSINSLOT', slot, 1_000);
  const port = shards[to]?.primary.port ?? 0;
  if (keys.length > 0) await source.migrate('127.0.0.1', port, '', 0, 5_000, 'KEYS', ...keys);
  for (const primary of [target, source]) await primary.cluster('SETSLOT', slot, 'NODE', targetId);
  for (const primary of primaries) primary.disconnect();
}
