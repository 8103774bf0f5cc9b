import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare_names, read_names, write_names_page } from '../support/names_page';
import { read_surface } from '../support/public_surface';

/** Writes the page of names for `npm run docs`. */

const home = join(__dirname, '../../build/docs');
const golden = read_names();
mkdirSync(home, { recursive: true });
writeFileSync(join(home, 'names.md'), write_names_page(golden, compare_names(golden, read_surface())));
