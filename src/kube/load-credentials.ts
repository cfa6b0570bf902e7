/**
 * Finds the credentials in the places where Kubernetes clients look: a given kubeconfig, KUBECONFIG, the pod's
 * ServiceAccount, ~/.kube/config.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { NumasimError } from '../errors.ts';
import { CachedCredentials } from './cached-credentials.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { type CredentialFiles, readCredentials } from './file-credentials.ts';
import { readPlainKubeconfig } from './plain-kubeconfig.ts';

/** Where to look. */
export interface CredentialOptions {
  /** A kubeconfig; without it the usual places. */
  readonly kubeconfig?: string | undefined;
  /** A context of the kubeconfig; without it its current one. */
  readonly context?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  /** Where a pod finds its ServiceAccount. */
  readonly serviceAccountDirectory?: string;
}

/** Says from where credentials come, and reads them there whenever they are needed. */
export function loadCredentials(options: CredentialOptions = {}): CredentialSource {
  let read: (() => Promise<Credentials>) | undefined;
  return new CachedCredentials(
    options.clock ?? systemClock,
    async () => {
      read ??= await chooseReader(options);
      return await read();
    },
    // What was refused may have been replaced by something of another sort.
    () => (read = undefined),
  );
}

async function chooseReader(options: CredentialOptions): Promise<() => Promise<Credentials>> {
  const { context } = options;
  const files = kubeconfigFiles(options);
  const [file] = files;
  if (file === undefined) {
    const account = serviceAccount(options);
    return async () => await readCredentials(account);
  }
  const plain = files.length === 1 ? readPlainKubeconfig(file, context) : undefined;
  if (plain !== undefined) {
    return async () => await readCredentials(plain);
  }
  const { credentialsOf, loadKubeConfig } = await import('./client-node-credentials.ts');
  const config = loadKubeConfig(files.length === 1 ? file : undefined, context);
  return async () => await credentialsOf(config);
}

/** Empty: there is none, use the ServiceAccount. */
function kubeconfigFiles({
  kubeconfig,
  env = process.env,
  ...options
}: CredentialOptions): readonly string[] {
  if (kubeconfig !== undefined) {
    return [kubeconfig];
  }
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0 || isInPod({ env, ...options })) {
    return named;
  }
  const usual = join(env.HOME ?? homedir(), '.kube', 'config');
  if (!existsSync(usual)) {
    throw new NumasimError('NUMASIM_KUBECONFIG', `no kubeconfig (${usual}) and no ServiceAccount found`);
  }
  return [usual];
}

function isInPod({ env = process.env, serviceAccountDirectory }: CredentialOptions): boolean {
  const token = join(serviceAccountDirectory ?? podDirectory, 'token');
  return env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(token);
}

const podDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

function serviceAccount({
  env = process.env,
  serviceAccountDirectory = podDirectory,
}: CredentialOptions): CredentialFiles {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    server: `https://${address}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`,
    ca: { file: join(serviceAccountDirectory, 'ca.crt') },
    token: { file: join(serviceAccountDirectory, 'token') },
  };
}
