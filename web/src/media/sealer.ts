/** The page's side of a sealed meeting: one worker that seals and opens for all its connections. */
import type { KeyMessage } from "../protocol";

interface Transformed {
  transform?: unknown;
}
type Script = new (worker: Worker, options: { seals: boolean }) => unknown;

const script = () => (globalThis as { RTCRtpScriptTransform?: Script }).RTCRtpScriptTransform;

/** Whether this browser can seal (W3C WebRTC Encoded Transform). */
export const canSeal = (): boolean => script() !== undefined;

export class Sealer {
  private worker = new Worker(new URL("./sealer.worker.ts", import.meta.url), { type: "module" });

  take({ number, key }: KeyMessage): void {
    this.worker.postMessage({ number, key });
  }

  /** From the first frame on. */
  guard(line: RTCRtpTransceiver): void {
    const Transform = script();
    if (!Transform) return;
    if (line.direction === "sendonly") (line.sender as Transformed).transform = new Transform(this.worker, { seals: true });
    else (line.receiver as Transformed).transform = new Transform(this.worker, { seals: false });
  }

  close(): void {
    this.worker.terminate();
  }
}
