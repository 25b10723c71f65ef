/** What TLS needs, as PEM texts (not paths). */

/** Of a node: what it shows to whoever connects, and as a client to its peers. */
export interface TlsOptions {
  /** The certificate, followed by the intermediate ones. */
  readonly cert: string;
  /** Its private key, not encrypted. */
  readonly key: string;
  /**
   * Authorities. Whoever connects must then present a certificate signed by one of them (mutual
   * TLS), and peers are trusted by these alone. Absent: clients need no certificate, and peers are
   * trusted by the authorities that Node.js knows.
   */
  readonly ca?: string | undefined;
}

/** Of a client of a node: a monitor that runs alone, an operator's tool. */
export interface ClientTlsOptions {
  /** To present to a node that asks for one; with `key`. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Authorities to trust instead of those that Node.js knows. */
  readonly ca?: string | undefined;
}
