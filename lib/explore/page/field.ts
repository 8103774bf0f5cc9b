import { EXTENT, type Frame, SIDE } from '../protocol';
import { contour } from './contour';
import { set } from './dom';
import { percent } from './numbers';

/** The plane as the network sees it: colour for the probability of each class, a line where both are equal, and the points of the data. */
export class Field {
  readonly canvas = document.createElement('canvas');
  private readonly small = new OffscreenCanvas(SIDE, SIDE);
  private frame: Frame | null = null;

  constructor() {
    set(this.canvas, { role: 'img' });
    new ResizeObserver(() => this.resize()).observe(this.canvas);
  }

  show(frame: Frame): void {
    this.frame = frame;
    set(this.canvas, { 'aria-label': `Decision boundary; ${percent(frame.accuracy, 1)} of held-out points are right` });
    this.draw();
  }

  /** Again, in the colours of now. */
  draw(): void {
    const { frame } = this;
    const context = this.canvas.getContext('2d')!;
    const { width } = this.canvas;
    if (frame === null || width === 0) return;
    const style = getComputedStyle(this.canvas);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const classes = [color('--class0'), color('--class1')];
    this.paint(frame.field, [color('--ground'), ...classes].map(channels));
    context.imageSmoothingQuality = 'high';
    // Samples lie on the edges, pixels have their centres half a pixel inside.
    const cell = width / (SIDE - 1);
    context.drawImage(this.small, -cell / 2, -cell / 2, width + cell, width + cell);
    context.strokeStyle = color('--ink');
    context.lineWidth = width / 300;
    context.lineCap = 'round';
    context.beginPath();
    for (const [x0, y0, x1, y1] of contour(frame.field, SIDE, 0)) {
      context.moveTo(x0 * cell, y0 * cell);
      context.lineTo(x1 * cell, y1 * cell);
    }
    context.stroke();
    this.draw_points(context, frame.points, classes, color('--ground'));
  }

  private draw_points(context: CanvasRenderingContext2D, points: Float32Array, classes: string[], edge: string): void {
    const { width } = this.canvas;
    const place = (value: number): number => ((value + EXTENT) / (2 * EXTENT)) * width;
    context.strokeStyle = edge;
    context.lineWidth = width / 450;
    for (let i = 0; i < points.length; i += 3) {
      context.beginPath();
      context.arc(place(points[i]), place(-points[i + 1]), width / 130, 0, 2 * Math.PI);
      context.fillStyle = classes[points[i + 2]];
      context.fill();
      context.stroke();
    }
  }

  /** The ground where the network does not know, the colour of a class where it is sure. */
  private paint(field: Float32Array, [ground, zero, one]: readonly number[][]): void {
    const context = this.small.getContext('2d')!;
    const image = context.createImageData(SIDE, SIDE);
    field.forEach((odds, i) => {
      // tanh(z / 2) is the difference of the two probabilities.
      const weight = Math.abs(Math.tanh(odds / 2)) * 0.42;
      const sure = odds < 0 ? zero : one;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = ground[c] + weight * (sure[c] - ground[c]);
      image.data[4 * i + 3] = 255;
    });
    context.putImageData(image, 0, 0);
  }

  private resize(): void {
    const side = Math.round(this.canvas.getBoundingClientRect().width * devicePixelRatio);
    if (side === this.canvas.width) return;
    this.canvas.width = side;
    this.canvas.height = side;
    this.draw();
  }
}

/** `rgb(0, 0, 0)` as three numbers. */
function channels(color: string): number[] {
  return color.match(/\d+/g)!.slice(0, 3).map(Number);
}
