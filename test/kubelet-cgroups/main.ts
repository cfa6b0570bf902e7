/** `npm run --silent cgroup-trees -- FILE… [-o table|json]`: predicts recorded cgroup trees and compares. */
import { run } from './run.ts';

process.exitCode = run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
