/** The attribute that a write leaves beside its item: the bid of its branch, as text. */
export const MARKER_ATTRIBUTE = 'rv_bid';
