/**
 * Pictures of what one trains. The numbers need no other package; an SVG or HTML needs echarts, a PNG needs sharp.
 *
 * @packageDocumentation
 */
export { type ExploreOptions, type Explorer, explore, explore_page } from './explore';
export { type ConfusionOptions, confusion, confusion_matrix } from './viz/confusion';
export { type CurvesOptions, curves, type History } from './viz/curves';
export type { Activation, ActivationData } from './viz/evaluate';
export { type HistogramOptions, histogram, type Values } from './viz/histogram';
export { type ImageGridOptions, image_grid } from './viz/image_grid';
export {
  type ActivationTable,
  type PlotActivationOptions,
  type Plotted,
  plot_activation,
} from './viz/plot_activation';
export { type PlotHealthOptions, plot_health } from './viz/plot_health';
export type { Theme } from './viz/theme';
export { type VisualizeActivationOptions, visualize_activation } from './viz/visualize_activation';
