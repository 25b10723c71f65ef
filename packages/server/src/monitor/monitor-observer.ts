/** What monitors tell of their own work: what a store may charge for. */
export interface MonitorObserver {
  /** The markers of so many keys were asked for. */
  lookedUp(store: string, region: string, at: LookupPlace, keyCount: number): void;
  /** A replica was asked how far it is. */
  watermarkAsked(store: string, region: string): void;
}

export type LookupPlace = 'replica' | 'primary';
