import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readAuditLog, writesBy } from '../control-plane/audit-log.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { usesExistingCluster } from '../control-plane/obtain-cluster.ts';
import { startControlPlane } from '../control-plane/start-control-plane.ts';
import { operatorUser } from '../control-plane/users.ts';

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'control-plane-test' },
  status: {
    allocatable: { cpu: '8', memory: '16Gi', pods: '110' },
    capacity: { cpu: '8', memory: '16Gi', pods: '110' },
  },
};

describe('a control plane of our own', function () {
  let controlPlane: ControlPlane;

  before(async function () {
    if (usesExistingCluster()) this.skip();
    controlPlane = await startControlPlane();
  });
  after(async () => {
    // Undefined when it was skipped or did not start.
    await (controlPlane as ControlPlane | undefined)?.stop();
  });

  it('answers with the version of its kubectl', async function () {
    const version = JSON.parse(await controlPlane.kubectl(['version', '-o', 'json'])) as {
      clientVersion: { gitVersion: string };
      serverVersion: { gitVersion: string };
    };
    expect(version.serverVersion.gitVersion).to.match(/^v1\.\d+\.\d+$/);
    expect(version.clientVersion.gitVersion).to.equal(version.serverVersion.gitVersion);
  });

  it('lets the admin do everything', async () => {
    expect((await controlPlane.kubectl(['auth', 'can-i', '*', '*', '--all-namespaces'])).trim()).to.equal(
      'yes',
    );
  });

  it('refuses the operator before its rights are granted', async () => {
    const answer = await controlPlane.tryKubectl(['get', 'pods', '-A'], { as: 'operator' });
    expect(answer.exitCode).to.equal(1);
    expect(answer.stderr).to.contain('Forbidden').and.contain(operatorUser);
  });

  it('gives the operator the groups that its ServiceAccount has in a real cluster', async () => {
    const review = JSON.parse(
      await controlPlane.kubectl(['auth', 'whoami', '-o', 'json'], { as: 'operator' }),
    ) as { status: { userInfo: { username: string; groups: string[] } } };
    expect(review.status.userInfo.username).to.equal(operatorUser);
    expect(review.status.userInfo.groups).to.have.members([
      'system:serviceaccounts',
      'system:serviceaccounts:numasim-system',
      'system:authenticated',
    ]);
  });

  it('lets the read-only user read and not write', async function () {
    // Without controllers the ClusterRole `view` stays empty.
    if (!controlPlane.capabilities.controllers) this.skip();
    expect(await controlPlane.tryKubectl(['get', 'pods', '-A'], { as: 'readonly' })).to.include({
      exitCode: 0,
    });
    const write = await controlPlane.tryKubectl(['create', 'configmap', 'x'], { as: 'readonly' });
    expect(write.exitCode).to.equal(1);
    expect(write.stderr).to.contain('configmaps is forbidden');
  });

  it('logs who asked for which change', async () => {
    await controlPlane.tryKubectl(['create', 'configmap', 'refused'], { as: 'operator' });
    const writes = writesBy(operatorUser, readAuditLog(controlPlane.auditLogFile));
    expect(
      writes.map(({ verb, objectRef, responseStatus }) => [verb, objectRef?.resource, responseStatus?.code]),
    ).to.deep.equal([['create', 'configmaps', 403]]);
  });

  it('runs the pods of a Deployment on a node that is only an object', async function () {
    const { controllers, scheduler, kwok } = controlPlane.capabilities;
    if (!controllers || !scheduler || !kwok) this.skip();
    await controlPlane.kubectl(['create', '-f', '-'], { input: JSON.stringify(node) });
    await controlPlane.kubectl(['create', 'deployment', 'web', '--image=web', '--replicas=2']);
    await controlPlane.kubectl(['wait', '--for=condition=Ready', 'node/control-plane-test', '--timeout=30s']);
    await controlPlane.kubectl(['wait', '--for=condition=Available', 'deployment/web', '--timeout=30s']);
    const phases = await controlPlane.kubectl([
      'get',
      'pods',
      '-l',
      'app=web',
      '-o',
      'jsonpath={.items[*].status.phase}',
    ]);
    expect(phases).to.equal('Running Running');
  });

  it('deletes a namespace to the end', async function () {
    if (!controlPlane.capabilities.controllers) this.skip();
    await controlPlane.kubectl(['create', 'namespace', 'gone']);
    await controlPlane.kubectl(['delete', 'namespace', 'gone', '--timeout=30s']);
    expect(await controlPlane.kubectl(['get', 'namespace', 'gone', '--ignore-not-found'])).to.equal('');
  });

  it('keeps address, identities and objects when the API server is killed and restarted', async () => {
    await controlPlane.kubectl(['create', 'configmap', 'kept']);
    await controlPlane.restartApiServer({ kill: true });
    expect(await controlPlane.kubectl(['get', 'configmap', 'kept', '-o', 'name'])).to.equal(
      'configmap/kept\n',
    );
  });

  it('leaves no process and no file behind when it is stopped', async () => {
    const { directory } = controlPlane;
    expect(await processesMentioning(directory)).not.to.be.empty;
    await controlPlane.stop();
    expect(await processesMentioning(directory)).to.deep.equal([]);
    expect(existsSync(directory)).to.be.false;
  });
});

describe('starting a control plane', () => {
  before(function () {
    if (usesExistingCluster()) this.skip();
  });

  it('fails with the words of the component that failed, and leaves nothing behind', async () => {
    let failure: unknown;
    try {
      await startControlPlane({ apiServerFlags: ['--no-such-flag'] });
    } catch (error) {
      failure = error;
    }
    expect(failure)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.contains('unknown flag: --no-such-flag');
    const [, directory] = /Last lines of (.+)\/logs\//.exec(String(failure)) ?? [];
    expect(directory).to.be.a('string');
    expect(existsSync(directory!)).to.be.false;
    expect(await processesMentioning(directory!)).to.deep.equal([]);
  });

  it('is undone when the process that did it is killed', async () => {
    const starter = new URL('../control-plane/testing/start-and-wait.ts', import.meta.url).pathname;
    const child = execFile(process.execPath, [starter]);
    const directory = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (text: string) => resolve(text.trim()));
      child.once('exit', (code) => reject(new Error(`the starter ended with ${code}`)));
    });
    expect(await processesMentioning(directory)).not.to.be.empty;
    child.kill('SIGKILL');
    for (let i = 0; i < 100 && existsSync(directory); i++) await sleep(100);
    expect(existsSync(directory)).to.be.false;
    expect(await processesMentioning(directory)).to.deep.equal([]);
  });
});

/** Command lines of all processes that were told about the directory. */
async function processesMentioning(directory: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eww', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(directory) && !line.startsWith('ps '));
}
