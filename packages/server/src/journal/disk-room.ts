/**
 * Whether a disk still has room, looked at from time to time.
 *
 * A write that meets a full disk leaves a journal in a state that only a restart clears. So opens are
 * refused while there is still a reserve, large enough for the closes that make room.
 */
import { statfs } from 'node:fs/promises';

/** At 100,000 opens/s some 10 MB are written between two looks: well below the default reserve. */
const LOOK_INTERVAL_MS = 500;

export interface DiskRoom {
  readonly hasRoom: boolean;
  shutdown(): void;
}

/** Rejects when the disk of `directory` cannot be asked at all. */
export async function watchDiskRoom(
  directory: string,
  reserveBytes: number,
  onChange: (hasRoom: boolean) => void,
): Promise<DiskRoom> {
  let hasRoom = (await freeBytes(directory)) >= reserveBytes;
  if (!hasRoom) onChange(false);
  let isLooking = false;
  const look = async (): Promise<void> => {
    const hadRoom = hasRoom;
    hasRoom = (await freeBytes(directory)) >= reserveBytes;
    if (hasRoom !== hadRoom) onChange(hasRoom);
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // A disk that cannot be asked now will fail the next write, which says more.
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, LOOK_INTERVAL_MS);
  timer.unref();
  return {
    get hasRoom() {
      return hasRoom;
    },
    shutdown: () => {
      clearInterval(timer);
    },
  };
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
