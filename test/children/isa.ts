import { isa } from 'cresset/kernels';

process.stdout.write(isa());
