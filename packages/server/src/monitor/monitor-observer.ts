/** What monitors tell of their own work: what a store may charge for. */
export interface MonitorObserver {
  /** The markers of so many keys were asked for. */
  lookedUp(store: string, region: string, at: LookupPlace, keyCount: number): void;
}

export type LookupPlace = 'replica' | 'primary';
