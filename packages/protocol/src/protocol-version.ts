/**
 * The version of the session protocol that this package speaks. A node and a client agree on the
 * highest version within both their ranges (Hello, Welcome). Raise it with every change to
 * `session.proto` that an older side could misread, and say here what changed.
 *
 *  1. The first version. Added since, and skipped by whoever does not know it: `with_position` of a
 *     wait, `position` of its answer, `announcements` of a watermark.
 */
export const PROTOCOL_VERSION: 1 = 1;

/** The oldest version that this package still speaks. */
export const PROTOCOL_VERSION_MIN: 1 = 1;
