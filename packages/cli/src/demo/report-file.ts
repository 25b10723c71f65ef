import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';
import type { Io } from '../command.js';

export interface ReportOptions {
  /** The command, for messages. */
  readonly command: string;
  /** As given on the command line. */
  readonly html: string | undefined;
  readonly json: boolean;
  /** Where the report goes when nobody said. */
  readonly defaultFile: string;
}

/**
 * Where the report goes; undefined: nobody wants one (a script that named no file). Rejects with
 * `config_invalid` when it cannot be written there: now rather than after the run.
 */
export async function findReportFile(options: ReportOptions, io: Io): Promise<string | undefined> {
  const { command, html, json, defaultFile } = options;
  if (html === undefined && json) return undefined;
  const file = resolve(io.cwd, html ?? defaultFile);
  try {
    await access(dirname(file), constants.W_OK);
    return file;
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      `${command}: the report cannot be written to ${file}; name another place with --html FILE`,
      { cause },
    );
  }
}
