/** One frame of sound or picture, sealed for the members of the meeting alone.  Pure but for the browser's AES.

    clear bytes | AES-128-GCM of the rest, its tag | initialisation vector (12) | number of the key (2)

The clear bytes are what the way needs (the key-frame bit and the size of a VP8 picture, RFC 6386 section 9.1; the first
byte of Opus): they are authenticated with the rest, but not hidden.  The vector is random: at 80 frames a second of a
hundred members two are alike with a chance of less than 2⁻⁴⁰ in a year.
*/

const IV = 12;
const TRAILER = IV + 2;
const TAG = 16;

export type Frame = "audio" | "key" | "delta";
const CLEAR: Record<Frame, number> = { audio: 1, key: 10, delta: 3 };

export type Keys = Map<number, CryptoKey>;

export async function imported(base64: string): Promise<CryptoKey> {
  const raw = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

export async function seal(key: CryptoKey, number: number, kind: Frame, frame: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const clear = Math.min(CLEAR[kind], frame.length);
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const head = frame.subarray(0, clear);
  const given = { name: "AES-GCM", iv, additionalData: head };
  const hidden = new Uint8Array(await crypto.subtle.encrypt(given, key, frame.subarray(clear)));
  const sealed = new Uint8Array(clear + hidden.length + TRAILER);
  sealed.set(head);
  sealed.set(hidden, clear);
  sealed.set(iv, clear + hidden.length);
  new DataView(sealed.buffer).setUint16(sealed.length - 2, number);
  return sealed.buffer;
}

/** Null when it cannot be opened: another meeting's, another key's, or changed on the way. */
export async function open(keys: Keys, kind: Frame, sealed: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | null> {
  const end = sealed.length - TRAILER;
  const clear = Math.min(CLEAR[kind], end - TAG);
  if (clear < 0) return null;
  const number = new DataView(sealed.buffer, sealed.byteOffset).getUint16(sealed.length - 2);
  const key = keys.get(number);
  if (!key) return null;
  const head = sealed.slice(0, clear);
  const given = { name: "AES-GCM", iv: sealed.slice(end, end + IV), additionalData: head };
  try {
    const shown = new Uint8Array(await crypto.subtle.decrypt(given, key, sealed.slice(clear, end)));
    const frame = new Uint8Array(clear + shown.length);
    frame.set(head);
    frame.set(shown, clear);
    return frame.buffer;
  } catch {
    return null;
  }
}
