/** A reply of RESP 2, as far as a monitor's requests are answered: text, numbers, and lists of them. */
export type Reply = string | number | null | RespError | readonly Reply[];

/** An error reply of the server. */
export class RespError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** More than any reply that a monitor asks for; what is larger is not a Redis server. */
const REPLY_BYTES_MAX = 1_048_576;
const ITEMS_MAX = 1_024;
const DEPTH_MAX = 4;

/** A reply and where the next one begins; undefined: it has not arrived in full. */
type Parsed = { readonly reply: Reply; readonly end: number } | undefined;

/** Takes bytes as they come and gives complete replies, in order. */
export class RespParser {
  #buffered: Buffer = Buffer.alloc(0);

  /** Throws if the bytes are not RESP 2, or a reply is too large; the parser is then of no more use. */
  push(chunk: Buffer): Reply[] {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    const replies: Reply[] = [];
    let start = 0;
    for (;;) {
      const parsed = parseReply(this.#buffered, start, 0);
      if (parsed === undefined) break;
      replies.push(parsed.reply);
      start = parsed.end;
    }
    this.#buffered = this.#buffered.subarray(start);
    if (this.#buffered.length > REPLY_BYTES_MAX) throw new Error('a reply is too large');
    return replies;
  }
}

function parseReply(bytes: Buffer, start: number, depth: number): Parsed {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString('utf8', start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes.toString('latin1', start, start + 1)) {
    case '+':
      return { reply: line, end };
    case '-':
      return { reply: new RespError(line), end };
    case ':':
      return { reply: parseInteger(line), end };
    case '$':
      return parseBulk(bytes, end, parseInteger(line));
    case '*':
      return parseList(bytes, end, parseInteger(line), depth);
    default:
      throw new Error('the answer is not in the protocol of Redis');
  }
}

function parseBulk(bytes: Buffer, start: number, length: number): Parsed {
  if (length === -1) return { reply: null, end: start };
  if (length < 0 || length > REPLY_BYTES_MAX) throw new Error('a reply is too large');
  const end = start + length;
  if (bytes.length < end + 2) return undefined;
  return { reply: bytes.toString('utf8', start, end), end: end + 2 };
}

function parseList(bytes: Buffer, start: number, count: number, depth: number): Parsed {
  if (count === -1) return { reply: null, end: start };
  if (count < 0 || count > ITEMS_MAX || depth >= DEPTH_MAX) throw new Error('a reply is too large');
  const items: Reply[] = [];
  let end = start;
  for (let index = 0; index < count; index += 1) {
    const parsed = parseReply(bytes, end, depth + 1);
    if (parsed === undefined) return undefined;
    items.push(parsed.reply);
    end = parsed.end;
  }
  return { reply: items, end };
}

function parseInteger(text: string): number {
  const value = Number(text);
  if (!/^-?[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
    throw new Error('the answer is not in the protocol of Redis');
  }
  return value;
}
