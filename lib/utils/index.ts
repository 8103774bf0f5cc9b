export * as data from './data';
export { type Progress, type ProgressOptions, type ProgressStream, progress } from './progress';
