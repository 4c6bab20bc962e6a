/** Seals what this page sends and opens what it receives, frame by frame, beside the page's own thread. */
import { type Frame, imported, type Keys, open, seal } from "./sealing";

interface KeyToldHere {
  number: number;
  key: string;
}
interface Encoded {
  data: ArrayBuffer;
  type?: string;
}
interface Transformer {
  readable: ReadableStream<Encoded>;
  writable: WritableStream<Encoded>;
  options: { seals: boolean };
}

const KEPT = 4; // keys: a frame may be older than the newest one
const keys: Keys = new Map();
let newest = -1;

self.onmessage = async (event: MessageEvent<KeyToldHere>) => {
  const { number, key } = event.data;
  keys.delete(number);
  keys.set(number, await imported(key));
  newest = number;
  for (const old of [...keys.keys()].slice(0, -KEPT)) keys.delete(old);
};

function kindOf(frame: Encoded): Frame {
  return frame.type === "key" || frame.type === "delta" ? frame.type : "audio";
}

/** Without a key nothing passes: never in the clear. */
async function worked(frame: Encoded, seals: boolean): Promise<ArrayBuffer | null> {
  const data = new Uint8Array(frame.data);
  if (!seals) return open(keys, kindOf(frame), data);
  const key = keys.get(newest);
  return key ? seal(key, newest, kindOf(frame), data) : null;
}

(self as unknown as { onrtctransform: (event: { transformer: Transformer }) => void }).onrtctransform = ({ transformer }) => {
  const { seals } = transformer.options;
  const work = new TransformStream<Encoded, Encoded>({
    async transform(frame, out) {
      const data = await worked(frame, seals);
      if (data === null) return;
      frame.data = data;
      out.enqueue(frame);
    },
  });
  void transformer.readable.pipeThrough(work).pipeTo(transformer.writable);
};
