import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read_golden, run_all } from '../support/parity';
import { write_page } from '../support/parity_page';

/** `npm run docs:parity` */

const golden = read_golden();
const reports = run_all(golden);
for (const failure of reports.flatMap(({ failures }) => failures)) console.error(failure);
writeFileSync(join(__dirname, '../../docs/parity.md'), write_page(golden, reports));
