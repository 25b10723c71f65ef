import type { Flavour } from './position.js';

const HOW_TO: Readonly<Record<Flavour, string>> = {
  mysql:
    "MySQL: set session_track_gtids = OWN_GTID on the server, or run SET SESSION session_track_gtids = 'OWN_GTID' on each connection",
  mariadb:
    'MariaDB: add last_gtid to session_track_system_variables on the server or on each connection',
};

const warned = new Set<Flavour>();

/** Says, once per process and product, that each write costs a round trip more, and how to save it. */
export function warnOfMissingTracking(flavour: Flavour): void {
  if (warned.has(flavour)) return;
  warned.add(flavour);
  process.emitWarning(
    `Rendezvous asks after each write what it wrote, since the server does not say so by itself. ${HOW_TO[flavour]}.`,
    { code: 'RENDEZVOUS_GTID_TRACKING_OFF' },
  );
}
