/**
 * Where the API server is and who we are, from a kubeconfig or a ServiceAccount. @kubernetes/client-node reads both and
 * knows every way to authenticate (tokens and token files, client certificates, exec plugins, OIDC).
 */
import type { RequestOptions } from 'node:https';

import { KubeConfig } from '@kubernetes/client-node';

import { NumasimError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { describeError } from './logger.ts';

/** TLS settings of the connection, as node:tls takes them. */
export interface TlsSettings {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** All that is needed to send one request. */
export interface Credentials {
  /** Address of the API server, possibly with a path in front of `/api`. */
  readonly server: URL;
  readonly tls: TlsSettings;
  /** HTTP proxy between us and the server. */
  readonly proxyUrl?: string;
  /** `Authorization` and impersonation headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Gives the credentials of the moment: tokens and certificates are renewed while the process runs. */
export interface CredentialSource {
  current(): Promise<Credentials>;
  /** Called when the server no longer accepts them: the next `current()` reads everything anew. */
  invalidate(): void;
}

/** Which kubeconfig to use. */
export interface KubeconfigOptions {
  /** A file; without it KUBECONFIG, then ~/.kube/config, then the pod's ServiceAccount. */
  readonly file?: string | undefined;
  /** A context of the file; without it its current context. */
  readonly context?: string | undefined;
  readonly clock?: Clock;
}

/** Each look at the credentials reads files; client-go looks at token files once a minute, too. */
const lifetimeMs = 30_000;

/** Credentials from a kubeconfig or the pod's ServiceAccount. */
export class KubeconfigCredentials implements CredentialSource {
  readonly #options: KubeconfigOptions;
  readonly #clock: Clock;
  #config: KubeConfig | undefined;
  #cached: { readonly credentials: Promise<Credentials>; readonly untilMs: number } | undefined;

  constructor(options: KubeconfigOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * @throws NumasimError NUMASIM_KUBECONFIG when there is no usable configuration
   */
  async current(): Promise<Credentials> {
    if (this.#cached === undefined || this.#clock.now() >= this.#cached.untilMs) {
      this.#config ??= loadKubeconfig(this.#options);
      const credentials = readCredentials(this.#config);
      this.#cached = { credentials, untilMs: this.#clock.now() + lifetimeMs };
      credentials.catch(() => this.invalidate());
    }
    return await this.#cached.credentials;
  }

  /** A token file named by a kubeconfig is read when the kubeconfig is: so that is read again, too. */
  invalidate(): void {
    this.#cached = undefined;
    this.#config = undefined;
  }
}

function loadKubeconfig({ file, context }: KubeconfigOptions): KubeConfig {
  const config = new KubeConfig();
  const where = file ?? process.env.KUBECONFIG ?? 'kubeconfig';
  try {
    if (file === undefined) {
      config.loadFromDefault();
    } else {
      config.loadFromFile(file);
    }
  } catch (error) {
    throw new NumasimError('NUMASIM_KUBECONFIG', describeError(error), where, { cause: error });
  }
  // What client-node makes up when it finds neither a file nor a ServiceAccount.
  if (config.getCurrentContext() === 'loaded-context') {
    throw new NumasimError('NUMASIM_KUBECONFIG', 'no kubeconfig and no ServiceAccount found');
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

async function readCredentials(config: KubeConfig): Promise<Credentials> {
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
    // A token file usually ends in a newline, which no header may hold.
    result[name.toLowerCase()] = String(value).trim();
  }
  if (typeof auth === 'string') {
    result.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  }
  return result;
}
