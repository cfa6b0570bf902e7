import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const script = new URL('../../hack/tools/build.sh', import.meta.url).pathname;

/**
 * Stands in for Go: writes the file it is asked to build (a program that prints its package), and one line per build
 * to $FAKE_GO_LOG. `$FAKE_GO_SLOW` seconds per build; fails for the package named by `$FAKE_GO_BROKEN`.
 */
const fakeGo = `#!/bin/bash
[[ $1 != env ]] || { echo "\${FAKE_GO_VERSION:-go1.26.8}"; exit; }
[[ "$1 $2" != "mod download" ]] || { printf '{\\n\\t"Dir": "/modules/kwok",\\n}\\n'; exit; }
for package; do :; done
echo "$package" >>"$FAKE_GO_LOG"
[[ -z $FAKE_GO_SLOW ]] || sleep "$FAKE_GO_SLOW"
[[ -z $FAKE_GO_BROKEN || $package != *"$FAKE_GO_BROKEN"* ]] || { echo "the compiler says no"; exit 1; }
name=\${package##*/}
output=$GOBIN/\${name%@*}
while (($# > 0)); do [[ $1 != -o ]] || output=$2; shift; done
printf '#!/bin/sh\\necho "%s $*"\\n' "$package" >"$output"
chmod +x "$output"
`;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('hack/tools/build.sh', function () {
  this.slow(3_000);
  let home: string;
  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: `${join(home, 'go')}:/usr/bin:/bin`,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    FAKE_GO_LOG: join(home, 'builds'),
    ...more,
  });
  const build = async (names: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Run> =>
    await new Promise((resolve) => {
      execFile(script, names, { env: env(more) }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  const builds = (): readonly string[] => {
    const log = join(home, 'builds');
    return existsSync(log)
      ? readFileSync(log, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => basename(line))
      : [];
  };
  const binDirectory = (): string => {
    const bin = join(home, 'cache/numasim/bin');
    return join(bin, readdirSync(bin)[0] ?? '');
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'numasim-build-'));
    mkdirSync(join(home, 'go'));
    writeFileSync(join(home, 'go/go'), fakeGo);
    chmodSync(join(home, 'go/go'), 0o755);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('builds everything once, and then says where it is and nothing else', async () => {
    const first = await build();
    expect(first.code, first.stderr).to.equal(0);
    const directory = first.stdout.trimEnd();
    expect(readdirSync(directory).sort()).to.deep.equal([
      'etcd',
      'kind',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubectl',
      'kwok',
      'kwok-stages.yaml',
    ]);
    expect(first.stderr).to.match(/\[2\/8\] kube-apiserver\n\[2\/8\] kube-apiserver done in \d+ s/);
    const before = builds();
    expect(await build()).to.deep.equal({ code: 0, stdout: `${directory}\n`, stderr: '' });
    expect(builds()).to.deep.equal(before);
  });

  it('builds only what is asked for', async () => {
    await build(['etcd', 'kwok']);
    expect(readdirSync(binDirectory()).sort()).to.deep.equal(['etcd', 'kwok']);
  });

  it('needs no Go when everything is there', async () => {
    await build(['etcd']);
    rmSync(join(home, 'go/go'));
    expect((await build(['etcd'])).code).to.equal(0);
  });

  it('names what is to be installed, or what replaces it, when Go is missing or too old', async () => {
    const old = await build(['etcd'], { FAKE_GO_VERSION: 'go1.25.9' });
    expect(old.code).to.equal(1);
    expect(old.stderr).to.contain('Go is 1.25.9').and.contain('1.26 or later');
    rmSync(join(home, 'go/go'));
    const missing = await build(['etcd']);
    expect(missing.code).to.equal(1);
    expect(missing.stderr)
      .to.contain('Go is not installed')
      .and.contain('KUBEBUILDER_ASSETS')
      .and.contain('NUMASIM_USE_EXISTING_CLUSTER');
  });

  it('accepts release candidates and later versions of Go', async () => {
    for (const version of ['go1.26rc1', 'go1.27.1', 'go2.0']) {
      rmSync(join(home, 'cache'), { recursive: true, force: true });
      expect((await build(['etcd'], { FAKE_GO_VERSION: version })).code, version).to.equal(0);
    }
  });

  it('shows what the compiler said when a build fails, and goes on from there the next time', async () => {
    const failed = await build(['etcd', 'kube-apiserver', 'kwok'], { FAKE_GO_BROKEN: 'kube-apiserver' });
    expect(failed.code).to.equal(1);
    expect(failed.stdout).to.equal('');
    expect(failed.stderr).to.contain('the compiler says no').and.contain('kube-apiserver could not be built');
    expect(readdirSync(binDirectory())).to.deep.equal(['etcd']);
    expect((await build(['etcd', 'kube-apiserver', 'kwok'])).code).to.equal(0);
    expect(builds()).to.deep.equal(['v3', 'kube-apiserver', 'kube-apiserver', 'kwok@v0.8.0']);
  });

  it('resumes after it was killed in the middle, at once', async () => {
    const killed = spawn(script, ['etcd', 'kubectl'], {
      env: env({ FAKE_GO_SLOW: '1' }),
      detached: true,
      stdio: 'ignore',
    });
    while (!builds().includes('kubectl')) await sleep(20);
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    const started = Date.now();
    const resumed = await build(['etcd', 'kubectl']);
    expect(resumed.code, resumed.stderr).to.equal(0);
    expect(Date.now() - started).to.be.below(5_000);
    expect(builds()).to.deep.equal(['v3', 'kubectl', 'kubectl']);
  });

  it('builds nothing twice when two run at the same time', async () => {
    const runs = await Promise.all(
      [1, 2, 3].map(async () => await build(['etcd', 'kubectl'], { FAKE_GO_SLOW: '0.5' })),
    );
    expect(runs.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
    expect(new Set(runs.map(({ stdout }) => stdout)).size).to.equal(1);
    expect([...builds()].sort()).to.deep.equal(['kubectl', 'v3']);
    expect(readdirSync(binDirectory()).sort()).to.deep.equal(['etcd', 'kubectl']);
  });

  it('refuses a name it does not know', async () => {
    const { code, stderr } = await build(['kubelet']);
    expect(code).to.equal(1);
    expect(stderr).to.contain('kubelet is not a program of the control plane; choose from: etcd');
  });
});
