/** Check my network: what gets through to the house, tried as the room would, without a meeting. */
import { Link } from "./media/link";
import { relays } from "./media/resume";
import { asFar, straight, type Tried, verdict } from "./media/ways";

const PATIENCE = 8000; // ms

interface Frame {
  csrf: string;
  servers: RTCIceServer[];
}

/** Milliseconds until connected; null when it does not come about. */
async function media(frame: Frame, way: "udp" | "tcp" | "relay"): Promise<number | null> {
  const began = performance.now();
  const link = new Link(way === "relay" ? frame.servers : [], true, null, null, way === "relay" ? "relay" : "all");
  try {
    const connected = new Promise<boolean>((done) => {
      link.pc.onconnectionstatechange = () => {
        if (link.connected) done(true);
        if (link.pc.connectionState === "failed") done(false);
      };
      setTimeout(() => done(false), PATIENCE);
    });
    const body = new FormData();
    body.set("csrf", frame.csrf);
    body.set("sdp", await link.offer());
    const answer = await fetch("/network", { method: "POST", body });
    if (!answer.ok) return null;
    const { sdp } = (await answer.json()) as { sdp: string };
    await link.accept(way === "relay" ? sdp : straight(sdp, way), "");
    return (await connected) ? performance.now() - began : null;
  } catch {
    return null;
  } finally {
    link.close();
  }
}

/** The socket's own first packet: the server opens every engine.io connection by speaking first. */
function socket(): Promise<number | null> {
  const began = performance.now();
  return new Promise((done) => {
    const line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`);
    const end = (ms: number | null) => {
      done(ms);
      line.close();
    };
    line.onmessage = () => end(performance.now() - began);
    line.onerror = () => end(null);
    setTimeout(() => end(null), PATIENCE);
  });
}

function word(root: HTMLElement, name: string): string {
  return root.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
}

function show(root: HTMLElement, way: string, ms: number | null): void {
  const cell = root.querySelector(`[data-way="${way}"] td`);
  if (cell) cell.textContent = ms === null ? word(root, "barred") : word(root, "through").replace("{ms}", String(Math.round(ms)));
}

function say(root: HTMLElement, which: string): void {
  for (const one of root.querySelectorAll<HTMLElement>("[data-verdict]")) one.hidden = one.dataset.verdict !== which;
  const again = root.querySelector<HTMLElement>("[data-again]");
  if (again) again.hidden = which === "trying";
  root.setAttribute("aria-busy", String(which === "trying"));
}

async function check(root: HTMLElement): Promise<void> {
  say(root, "trying");
  const frame = { csrf: root.dataset.csrf ?? "", servers: root.dataset.relays === "yes" ? await relays() : [] };
  const tried: Tried = { udp: null, tcp: null, relay: null, socket: null };
  const note = async (way: keyof Tried, result: Promise<number | null>) => {
    tried[way] = await result;
    show(root, way, tried[way]);
  };
  const ways = asFar(frame.servers.length > 0);
  await Promise.all([note("socket", socket()), ...ways.map((way) => note(way, media(frame, way)))]);
  say(root, verdict(tried));
}

const root = document.getElementById("network");
if (root) {
  root.querySelector("[data-again]")?.addEventListener("click", () => void check(root));
  void check(root);
}
