/** Runs the program as a user does. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `numasim` with these arguments, in the project's directory. */
export async function numasim(args: readonly string[], input = ''): Promise<Outcome> {
  return await new Promise((resolve) => {
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1738411200', NO_COLOR: '1' };
    const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, ['src/cli/main.ts', ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}
