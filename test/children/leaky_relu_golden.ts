import { isa } from 'cresset/kernels';
import { disagreements } from '../support/leaky_relu_golden';

process.stdout.write(JSON.stringify({ isa: isa(), disagreements: disagreements() }));
