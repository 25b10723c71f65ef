/** Bounds of the keys that a branch, a wait or an `applied` names; the client keeps them, the node checks. */

/** In bytes. What datastores allow as a key, and more than a bookmark could ever carry. */
export const KEY_BYTES_MAX = 3_072;
/** An operation on more keys names none, which stands for the whole store. */
export const KEY_COUNT_MAX = 100;
