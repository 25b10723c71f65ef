/** An item, a key or an attribute: as DynamoDB has it (`{ S: 'text' }`), or as the document client has it. */
export type Attributes = Readonly<Record<string, unknown>>;
