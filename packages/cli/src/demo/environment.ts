type Environment = Readonly<Record<string, string | undefined>>;

/** The environment for the demo's processes: they run with the defaults, whatever the user's own settings are. */
export function withoutSettings(environment: Environment): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('RENDEZVOUS_'));
  return Object.fromEntries(kept);
}
