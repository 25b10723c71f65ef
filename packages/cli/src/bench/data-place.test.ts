import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../test/temporary-folder.js';
import { findDataPlace } from './data-place.js';

test('without a folder the system names one', async () => {
  expect(await findDataPlace(undefined, '/')).toMatchObject({ directory: tmpdir() });
});

test('a folder is relative to where the user is', async () => {
  const folder = await createTemporaryFolder({ 'data/file': '' });
  expect(await findDataPlace('data', folder)).toMatchObject({ directory: `${folder}/data` });
});

test('a folder that is none is wrong usage', async () => {
  const folder = await createTemporaryFolder({});
  await expect(findDataPlace('data', folder)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('--data DIR') as string,
  });
});
