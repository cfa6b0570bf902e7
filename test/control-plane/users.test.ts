import { expect } from 'chai';
import { makeUsers, tokenFile } from './users.ts';

describe('the users of a control plane', () => {
  it('are new for every control plane: no token is shared', () => {
    const tokens = [...Object.values(makeUsers()), ...Object.values(makeUsers())].map(({ token }) => token);
    expect(new Set(tokens).size).to.equal(tokens.length);
  });

  it('are written as kube-apiserver reads them: token,user,uid,"groups"', () => {
    const users = makeUsers();
    const lines = tokenFile(users).trimEnd().split('\n');
    expect(lines).to.have.length(Object.keys(users).length);
    expect(lines).to.include(`${users.admin.token},numasim-admin,numasim-admin,"system:masters"`);
    expect(lines).to.include(
      `${users.operator.token},system:serviceaccount:numasim-system:numasim,` +
        'system:serviceaccount:numasim-system:numasim,' +
        '"system:serviceaccounts,system:serviceaccounts:numasim-system,system:authenticated"',
    );
  });

  it('give rights without RBAC to the admin alone', () => {
    const masters = Object.values(makeUsers()).filter(({ groups }) => groups.includes('system:masters'));
    expect(masters.map(({ name }) => name)).to.deep.equal(['numasim-admin']);
  });
});
