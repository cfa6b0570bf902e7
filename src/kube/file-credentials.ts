/**
 * Credentials that consist of files and constants: what a pod's ServiceAccount is, and most kubeconfigs are.
 */
import { readFile } from 'node:fs/promises';

import { NumasimError } from '../errors.ts';
import type { Credentials, TlsSettings } from './credentials.ts';
import { describeError } from './logger.ts';

/** A value, or the file that holds it. */
export type Source = { readonly value: string | Buffer } | { readonly file: string } | undefined;

/** Where each part comes from. */
export interface CredentialFiles {
  readonly server: string;
  readonly proxyUrl?: string | undefined;
  /** Certificate authority; without it, the system's. */
  readonly ca?: Source;
  /** Client certificate and its key. */
  readonly cert?: Source;
  readonly key?: Source;
  /** Bearer token. */
  readonly token?: Source;
  /** Name the server's certificate must have, if not that of its address. */
  readonly servername?: string | undefined;
  /** Any certificate will do. */
  readonly insecure?: boolean | undefined;
}

/** Reads the files as they are now. */
export async function readCredentials(files: CredentialFiles): Promise<Credentials> {
  const [ca, cert, key, token] = await Promise.all(
    [files.ca, files.cert, files.key, files.token].map(contentOf),
  );
  const tls: TlsSettings = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(files.servername === undefined ? {} : { servername: files.servername }),
    ...(files.insecure === true ? { rejectUnauthorized: false } : {}),
  };
  return {
    server: new URL(files.server),
    tls,
    // A token file may end in a newline, which no header may hold.
    headers: token === undefined ? {} : { authorization: `Bearer ${token.toString().trim()}` },
    ...(files.proxyUrl === undefined ? {} : { proxyUrl: files.proxyUrl }),
  };
}

async function contentOf(source: Source): Promise<string | Buffer | undefined> {
  if (source === undefined || 'value' in source) {
    return source?.value;
  }
  try {
    return await readFile(source.file);
  } catch (error) {
    throw new NumasimError('NUMASIM_KUBECONFIG', describeError(error), source.file, { cause: error });
  }
}
