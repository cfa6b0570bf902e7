/** `hack/cluster.sh`: a control plane that stays until it is ended, for people and for trying things out. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { answersOk } from '../test/control-plane/api-probe.ts';
import { Instance } from '../test/control-plane/instance.ts';
import { isRunning } from '../test/control-plane/running-process.ts';
import { startControlPlane } from '../test/control-plane/start-control-plane.ts';
import { personas, type Persona } from '../test/control-plane/users.ts';

const help = `hack/cluster.sh - a Kubernetes control plane on this machine, without containers or root

  up           start it; it stays until "down" (the first time, its programs are built: about seven minutes)
  down         end it and remove everything it wrote
  status       version, address, processes and health; exit code 0 when it is healthy
  kubeconfig   print the path of a kubeconfig: export KUBECONFIG=$(hack/cluster.sh kubeconfig)
                 --user admin|operator|readonly   whose (default admin)

It lives in ${directory()}.
`;

/** What `up` leaves for the other commands. */
interface State {
  readonly baseUrl: string;
  readonly caFile: string;
  readonly startedAt: string;
  readonly version: string;
}

const commands: Readonly<Record<string, (user: Persona) => Promise<number>>> = {
  up,
  down,
  status,
  kubeconfig,
};

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    strict: false,
    options: { user: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [name = '', ...rest] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const user = personas.find((persona) => persona === (values.user ?? 'admin'));
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  if (command === undefined || rest.length > 0 || user === undefined) {
    process.stderr.write(help);
    return 2;
  }
  try {
    return await command(user);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function up(): Promise<number> {
  const running = await health();
  if (running.state !== undefined && running.healthy) {
    say(`The control plane is up already: ${running.state.baseUrl}`);
    return 0;
  }
  return await alone(async () => {
    if (existsSync(directory())) {
      say('Removing what an earlier control plane left behind');
      await instance().destroy();
    }
    const controlPlane = await startControlPlane({ directory: directory(), log: say });
    const state: State = {
      baseUrl: controlPlane.baseUrl,
      caFile: controlPlane.caFile,
      startedAt: new Date().toISOString(),
      version: await serverVersion(controlPlane),
    };
    writeFileSync(stateFile(), JSON.stringify(state, undefined, 2));
    await controlPlane.detach();
    say(
      `Kubernetes ${state.version} is up. To use it: export KUBECONFIG=${controlPlane.kubeconfig('admin')}`,
    );
    return 0;
  });
}

async function down(): Promise<number> {
  if (!existsSync(directory())) {
    say('There is no control plane.');
    return 0;
  }
  await instance().destroy();
  say('The control plane is gone.');
  return 0;
}

async function status(): Promise<number> {
  const { state, healthy } = await health();
  if (state === undefined) {
    process.stdout.write('down\n');
    return 1;
  }
  const processes = await instance().processes();
  process.stdout.write(
    [
      `health      ${healthy ? 'ready' : 'not ready'}`,
      `kubernetes  ${state.version}`,
      `address     ${state.baseUrl}`,
      `since       ${state.startedAt}`,
      `directory   ${directory()}`,
      ...processes.map(({ name, pid, alive }) => `process     ${name} ${alive ? `pid ${pid}` : 'ended'}`),
      '',
    ].join('\n'),
  );
  return healthy ? 0 : 1;
}

async function kubeconfig(user: Persona): Promise<number> {
  const { state } = await health();
  if (state === undefined) {
    say('There is no control plane; start one with: hack/cluster.sh up');
    return 1;
  }
  process.stdout.write(`${instance().path('kubeconfig', `${user}.yaml`)}\n`);
  return 0;
}

async function health(): Promise<{ readonly state: State | undefined; readonly healthy: boolean }> {
  if (!existsSync(stateFile())) return { state: undefined, healthy: false };
  const state = JSON.parse(readFileSync(stateFile(), 'utf8')) as State;
  const processes = await instance().processes();
  const healthy =
    processes.length > 0 &&
    processes.every(({ alive }) => alive) &&
    (await answersOk({ url: `${state.baseUrl}/readyz`, caFile: state.caFile }));
  return { state, healthy };
}

async function serverVersion(controlPlane: {
  kubectl(args: readonly string[]): Promise<string>;
}): Promise<string> {
  const { serverVersion } = JSON.parse(await controlPlane.kubectl(['version', '-o', 'json'])) as {
    readonly serverVersion: { readonly gitVersion: string };
  };
  return serverVersion.gitVersion;
}

/** Two `up` at the same time would end each other's half-made instance. A lock whose holder is dead does not count. */
async function alone(action: () => Promise<number>): Promise<number> {
  const lock = `${directory()}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  if (existsSync(lock)) {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (await isRunning({ pid, program: import.meta.filename })) {
      say(`Another "up" is running (pid ${pid}).`);
      return 1;
    }
    rmSync(lock, { force: true });
  }
  writeFileSync(lock, String(process.pid), { flag: 'wx' });
  try {
    return await action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function instance(): Instance {
  return new Instance(directory());
}

function directory(): string {
  const cache = process.env.XDG_CACHE_HOME;
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'numasim', 'cluster');
}

function stateFile(): string {
  return instance().path('state.json');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
