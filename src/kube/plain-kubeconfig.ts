/**
 * Reads a kubeconfig whose user authenticates by token or client certificate. Others (exec plugins, auth providers,
 * passwords, impersonation) are left to @kubernetes/client-node, which takes 50 MB of memory to load.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

import { NumasimError } from '../errors.ts';
import type { CredentialFiles, Source } from './file-credentials.ts';
import { describeError } from './logger.ts';

const text = z.string().min(1).optional();

const clusterSchema = z.object({
  server: z.url(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
  'proxy-url': text,
});

/** Strict: a field that is not known here is one for client-node. */
const plainUserSchema = z.strictObject({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
});

const kubeconfigSchema = z.object({
  'current-context': z.string().optional(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })).nullish(),
});

/**
 * The files and constants that a kubeconfig names; undefined if its user is not plain.
 *
 * @param context name of a context; without it the current one
 * @throws NumasimError NUMASIM_KUBECONFIG if the file is none, or has no such context or cluster
 */
export function readPlainKubeconfig(file: string, context?: string): CredentialFiles | undefined {
  const config = accepted(kubeconfigSchema, parseFile(file), file, 'no kubeconfig');
  const wanted = context ?? config['current-context'] ?? '';
  const names = config.contexts.find(({ name }) => name === wanted)?.context;
  if (names === undefined) {
    throw new NumasimError('NUMASIM_KUBECONFIG', `no context '${wanted}'`, file);
  }
  const { cluster, user } = names;
  const found = config.clusters.find(({ name }) => name === cluster);
  const clusterFields = accepted(clusterSchema, found?.cluster, file, `cluster '${cluster}'`);
  const plainUser = plainUserSchema.safeParse(config.users?.find(({ name }) => name === user)?.user ?? {});
  return plainUser.success ? filesOf(clusterFields, plainUser.data, dirname(file)) : undefined;
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new NumasimError('NUMASIM_KUBECONFIG', describeError(error), file, { cause: error });
  }
}

function accepted<S extends z.ZodType>(schema: S, value: unknown, file: string, what: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new NumasimError('NUMASIM_KUBECONFIG', `${what}: ${z.prettifyError(result.error)}`, file);
  }
  return result.data;
}

function filesOf(
  cluster: z.infer<typeof clusterSchema>,
  user: z.infer<typeof plainUserSchema>,
  directory: string,
): CredentialFiles {
  const source = (path: string | undefined, base64: string | undefined): Source => {
    if (base64 !== undefined) {
      return { value: Buffer.from(base64, 'base64') };
    }
    return path === undefined ? undefined : { file: resolve(directory, path) };
  };
  return {
    server: cluster.server,
    ca: source(cluster['certificate-authority'], cluster['certificate-authority-data']),
    cert: source(user['client-certificate'], user['client-certificate-data']),
    key: source(user['client-key'], user['client-key-data']),
    // As client-go: the file wins, it is the one that is renewed.
    token:
      user.tokenFile === undefined && user.token !== undefined
        ? { value: user.token }
        : source(user.tokenFile, undefined),
    servername: cluster['tls-server-name'],
    insecure: cluster['insecure-skip-tls-verify'],
    proxyUrl: cluster['proxy-url'],
  };
}
