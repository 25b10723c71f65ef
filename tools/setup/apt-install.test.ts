/**
 * The script with an apt-get and a policy of the test's own: what Debian's packages ask when they
 * would start their server is the policy, at the moment of their installation.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('./apt-install.sh', import.meta.url));

/** Says how it was called, and what the policy answers. */
const APT_GET = `#!/bin/sh
"$POLICY_RC_D" redis-server start
echo "$* policy=$?"
`;

interface Installation {
  readonly child: ChildProcess & { readonly stdout: NodeJS.ReadableStream };
  readonly policy: string;
}

/** Starts the script with `aptGet` as its apt-get, on a machine with `policy`, or without any. */
async function startInstall(aptGet: string, policy?: string): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'apt-install-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'apt-get'), aptGet, { mode: 0o755 });
  const policyFile = join(folder, 'policy-rc.d');
  if (policy !== undefined) await writeFile(policyFile, policy, { mode: 0o755 });
  const child = spawn('sh', [SCRIPT, 'redis-server', 'other'], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, POLICY_RC_D: policyFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, policy: policyFile };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function run({ child }: Installation): Promise<{ exitCode: unknown; lines: string[] }> {
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  const [exitCode] = (await closed) as [unknown];
  return { exitCode, lines };
}

test('packages are installed while the policy is to start no servers, which then goes', async () => {
  const installation = await startInstall(APT_GET);
  expect(await run(installation)).toEqual({
    exitCode: 0,
    lines: [
      'update policy=101',
      'install --yes --no-install-recommends redis-server other policy=101',
    ],
  });
  expect(await exists(installation.policy)).toBe(false);
});

test('a policy that the machine has stays as it is', async () => {
  const own = '#!/bin/sh\nexit 104\n';
  const installation = await startInstall(APT_GET, own);
  const { lines } = await run(installation);
  expect(lines[0]).toBe('update policy=104');
  expect(await readFile(installation.policy, 'utf8')).toBe(own);
});

test('an installation that fails is reported, and leaves no policy', async () => {
  const installation = await startInstall('#!/bin/sh\nexit 7\n');
  expect(await run(installation)).toEqual({ exitCode: 7, lines: [] });
  expect(await exists(installation.policy)).toBe(false);
});

test('a policy outlives a request to end until apt-get has ended, and no longer', async () => {
  const waiting = `#!/bin/sh
echo started
while [ ! -e "$POLICY_RC_D.end" ]; do sleep 0.02; done
`;
  const { child, policy } = await startInstall(waiting);
  const exited = once(child, 'exit');
  await once(createInterface({ input: child.stdout }), 'line');
  child.kill('SIGTERM');
  expect(await exists(policy)).toBe(true);
  await writeFile(`${policy}.end`, '');
  expect(await exited).toEqual([143, null]);
  expect(await exists(policy)).toBe(false);
});
