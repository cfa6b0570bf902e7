/** Kubeconfig files: how each identity reaches the API server. */
import { stringify } from 'yaml';

/** What a kubeconfig says. */
export interface KubeconfigSpec {
  /** `https://host:port` of the API server. */
  readonly server: string;
  /** PEM file of the CA that signed the API server's certificate. */
  readonly caFile: string;
  /** Name of the user entry; shown by `kubectl config view`. */
  readonly user: string;
  readonly token: string;
}

/** A kubeconfig with one cluster, one user and one context, as YAML. */
export function kubeconfig(spec: KubeconfigSpec): string {
  const cluster = 'numasim';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server: spec.server, 'certificate-authority': spec.caFile } }],
    users: [{ name: spec.user, user: { token: spec.token } }],
    contexts: [{ name: cluster, context: { cluster, user: spec.user } }],
    'current-context': cluster,
  });
}
