/**
 * Where the API server is and who we are. Three sources fill these types: files (file-credentials.ts), a ServiceAccount or
 * plain kubeconfig that names such files (load-credentials.ts), and @kubernetes/client-node (client-node-credentials.ts).
 */

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
  /** `Authorization` and impersonation headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Gives the credentials of the moment: tokens and certificates are renewed while the process runs. */
export interface CredentialSource {
  /**
   * @throws NumasimError NUMASIM_KUBECONFIG when they cannot be read
   */
  current(): Promise<Credentials>;
  /** Called when the server no longer accepts them: the next `current()` reads everything anew. */
  invalidate(): void;
}
