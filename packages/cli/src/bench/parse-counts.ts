import { RendezvousError } from '@rendezvous/protocol';

/** Whole numbers from 1 to `max`, separated by commas. Throws `config_invalid`, naming the option. */
export function parseCounts(option: string, text: string, max: number): number[] {
  return splitList(text).map((part) => {
    const value = /^\d+$/.test(part) ? Number(part) : 0;
    if (value >= 1 && value <= max) return value;
    const problem = `${option} takes whole numbers from 1 to ${max}, not "${part}"`;
    throw new RendezvousError('config_invalid', problem);
  });
}

export function splitList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
