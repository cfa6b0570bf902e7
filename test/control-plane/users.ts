/** Who may talk to the control plane, and the token file that says so to kube-apiserver. */
import { randomBytes } from 'node:crypto';

/** An identity with a static bearer token. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** Identities that people and tests use; the values name their kubeconfig files. */
export const personas = ['admin', 'operator', 'readonly'] as const;

/** One of the identities that people and tests use. */
export type Persona = (typeof personas)[number];

/** Every identity of a control plane: the personas, and its own components. */
export type Users = Readonly<Record<Persona | 'controllerManager' | 'scheduler', User>>;

/** The operator's ServiceAccount; `manifests/base` creates it and grants its rights. */
export const operatorServiceAccount = { namespace: 'numasim-system', name: 'numasim' } as const;

/** The read-only user; see `readerBinding` for its rights. */
export const reader = 'numasim-reader';

/** Gives the read-only user the rights of the ClusterRole `view`, which other roles extend by their labels. */
export const readerBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: reader },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: reader }],
} as const;

/** The user name of the operator's ServiceAccount. */
export const operatorUser = `system:serviceaccount:${operatorServiceAccount.namespace}:${operatorServiceAccount.name}`;

/** Fresh identities with random tokens. */
export function makeUsers(): Users {
  return {
    admin: user('numasim-admin', ['system:masters']),
    operator: user(operatorUser, [
      'system:serviceaccounts',
      `system:serviceaccounts:${operatorServiceAccount.namespace}`,
      'system:authenticated',
    ]),
    readonly: user(reader, []),
    controllerManager: user('system:kube-controller-manager', []),
    scheduler: user('system:kube-scheduler', []),
  };
}

/** The contents of kube-apiserver's `--token-auth-file`: `token,user,uid,"group,group"` per line. */
export function tokenFile(users: Users): string {
  return Object.values(users)
    .map(({ name, groups, token }) => `${token},${name},${name},"${groups.join(',')}"\n`)
    .join('');
}

function user(name: string, groups: readonly string[]): User {
  return { name, groups, token: randomBytes(24).toString('base64url') };
}
