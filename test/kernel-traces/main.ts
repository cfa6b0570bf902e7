/** `npm run --silent traces -- [DIR…] [-o table|json]`: replays recordings of a real kernel and compares. */
import { run } from './run.ts';

process.exitCode = run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
