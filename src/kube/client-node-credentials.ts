/**
 * Credentials by @kubernetes/client-node, which knows every way to authenticate: exec plugins, OIDC, passwords, several
 * merged kubeconfigs. Loaded only when a kubeconfig needs it.
 */
import type { RequestOptions } from 'node:https';

import { KubeConfig } from '@kubernetes/client-node';

import { NumasimError } from '../errors.ts';
import type { Credentials, TlsSettings } from './credentials.ts';
import { describeError } from './logger.ts';

/**
 * Loads a kubeconfig; reading its credentials later runs exec plugins and renews tokens as needed.
 *
 * @param file without it, the files of KUBECONFIG, merged
 * @throws NumasimError NUMASIM_KUBECONFIG
 */
export function loadKubeConfig(file: string | undefined, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  const where = file ?? process.env.KUBECONFIG;
  try {
    if (file === undefined) {
      config.loadFromDefault();
    } else {
      config.loadFromFile(file);
    }
  } catch (error) {
    throw new NumasimError('NUMASIM_KUBECONFIG', describeError(error), where, { cause: error });
  }
  if (context !== undefined) {
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) {
    throw new NumasimError(
      'NUMASIM_KUBECONFIG',
      `no cluster in context '${config.getCurrentContext()}'`,
      where,
    );
  }
  return config;
}

/** The credentials of the current context, as of now. */
export async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  const options: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const where = `user '${config.getCurrentUser()?.name ?? ''}'`;
    throw new NumasimError('NUMASIM_KUBECONFIG', describeError(error), where, { cause: error });
  }
  return {
    server: new URL(cluster?.server ?? ''),
    tls: tlsSettings(options),
    headers: authenticationHeaders(options),
    ...(cluster?.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
  };
}

function tlsSettings(options: RequestOptions): TlsSettings {
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  const chosen = { ca, cert, key, passphrase, servername, rejectUnauthorized };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}

function authenticationHeaders({ headers, auth }: RequestOptions): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    result[name.toLowerCase()] = String(value).trim();
  }
  if (typeof auth === 'string') {
    result.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  }
  return result;
}
