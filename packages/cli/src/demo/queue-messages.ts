/** What a publisher and a subscriber exchange with the notification queue. */

export interface Notification {
  /** The post that was written. */
  readonly post: string;
  /** Text by name, as message attributes of SNS or SQS: here the bookmark travels. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** To the queue. A publish is answered once the queue has the notification. */
export type QueueRequest =
  | { readonly kind: 'subscribe' }
  | { readonly kind: 'publish'; readonly id: number; readonly notification: Notification };

/** From the queue. */
export type QueueEvent =
  | { readonly kind: 'published'; readonly id: number }
  | { readonly kind: 'notification'; readonly notification: Notification };
