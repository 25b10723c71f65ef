type Environment = Readonly<Record<string, string | undefined>>;

/** The AWS SDK's advice about old versions of Node.js would be in the output once for each process. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

/** The environment for the demo's processes: they run with the defaults, whatever the user's own settings are. */
export function withoutSettings(environment: Environment): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('RENDEZVOUS_'));
  return { ...Object.fromEntries(kept), ...QUIET };
}
