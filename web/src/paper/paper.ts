/** Documents as pdf.js draws them, with the reader's name across each page.  Loaded when the first one is opened. */
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy, type RenderTask } from "pdfjs-dist/legacy/build/pdf.mjs";
import worker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { slant } from "./slant";

GlobalWorkerOptions.workerSrc = worker;

const SHARPEST = 2; // pixels of the canvas per pixel of the page
const WIDEST = 2400; // pixels of the canvas: a phone's memory is small

export class Paper {
  /** What is drawn on each canvas now: a page asked for later wins. */
  private drawing = new WeakMap<HTMLCanvasElement, RenderTask>();

  private constructor(
    private readonly pdf: PDFDocumentProxy,
    private readonly reader: string,
  ) {}

  /** Rejects when there is no such document, or it is not for us. */
  static async open(url: string, reader: string): Promise<Paper> {
    const pdf = await getDocument({ url, enableXfa: false, useWasm: false, stopAtErrors: false }).promise;
    return new Paper(pdf, reader);
  }

  get pages(): number {
    return this.pdf.numPages;
  }

  /** Height of a page by its width. */
  async shape(number: number): Promise<number> {
    const view = (await this.pdf.getPage(number)).getViewport({ scale: 1 });
    return view.height / view.width;
  }

  /** Draws a page as wide as `width` (CSS pixels).  Resolves to its text, for who cannot see it; "" when another took over. */
  async draw(canvas: HTMLCanvasElement, number: number, width: number): Promise<string> {
    this.drawing.get(canvas)?.cancel();
    const page = await this.pdf.getPage(number);
    const whole = page.getViewport({ scale: 1 });
    const sharp = Math.min(window.devicePixelRatio || 1, SHARPEST, WIDEST / width);
    const viewport = page.getViewport({ scale: (width * sharp) / whole.width });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    const task = page.render({ canvas, viewport });
    this.drawing.set(canvas, task);
    try {
      await task.promise;
    } catch (error) {
      if (this.drawing.get(canvas) !== task) return "";
      throw error;
    }
    mark(canvas, this.reader, sharp);
    const content = await page.getTextContent();
    return content.items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
  }

  close(): void {
    void this.pdf.loadingTask.destroy();
  }
}

/** Who photographs the screen photographs his own name. */
function mark(canvas: HTMLCanvasElement, reader: string, sharp: number): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.save();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.font = `600 ${18 * sharp}px "Be Vietnam Pro", sans-serif`;
  pen.fillStyle = "rgb(120 20 20 / 0.13)";
  const long = pen.measureText(reader).width;
  for (const at of slant(canvas.width, canvas.height, long, 150 * sharp)) {
    pen.setTransform(Math.cos(at.angle), Math.sin(at.angle), -Math.sin(at.angle), Math.cos(at.angle), at.x, at.y);
    pen.fillText(reader, 0, 0);
  }
  pen.restore();
}
