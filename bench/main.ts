/** `npm run --silent bench [-- -o json]`: named figures with their floor, aim and limit, measured in one run. */
import { cpus } from 'node:os';

import { eventsPerSecond } from './events-per-second.ts';
import { costGrowth, largeNode } from './large-node.ts';

const results = [eventsPerSecond(), ...largeNode(), costGrowth()];
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };

if (process.argv.includes('json')) {
  process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
} else {
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`);
  for (const { id, value, unit, floor, aim, limit } of results) {
    const ofLimit =
      limit === undefined ? '' : `, ${((100 * value) / limit).toFixed(1)} % of the reference loop`;
    process.stdout.write(`${id}  ${value} ${unit} (floor ${floor}, aim ${aim}${ofLimit})\n`);
  }
}
