/** The page's own room: line, media and devices, joined to the store.  It does what the views ask. */
import { effect } from "@preact/signals";
import { freshId } from "./ids";
import { chime, sharesScreens, sound } from "./media/devices";
import { onHints } from "./media/hints";
import { Meter } from "./media/meter";
import { type Measures, Peer } from "./media/peer";
import { offerAnew, relays } from "./media/resume";
import { Sealer } from "./media/sealer";
import { announce, maySleep, showActive, stayAwake, withdraw } from "./media/session";
import { Studio } from "./media/studio";
import { wanted } from "./media/tracks";
import { truth } from "./media/truth";
import { deviceKind, keep, recall } from "./place";
import type { KeyMessage, SlotsMessage, Wanted } from "./protocol";
import { Line, type Signalled } from "./socket";
import * as store from "./store";
import type { Answer, CommandName, Fields, Refusal } from "./store";
import { faultSentence, msgid, t } from "./words";

const PICTURE_LASTS = 3000; // ms without a frame before initials take its place
const GOODBYE = 2000;
const PICTURES = Array.from({ length: 9 }, (_, at) => String(at + 6)); // mids (docs/protocol.md)
const WANTS = 300; // ms between two wishes: a window that is being drawn larger changes with every frame

/** One sentence for whatever the server said instead of "done". */
export function sentenceOf(answer: Answer): string {
  if ("refused" in answer) return t(answer.refused.why, answer.refused.facts);
  if ("bad" in answer) return t(answer.bad);
  if ("fault" in answer) return t("Something went wrong on our side ({id}). Please try again.", { id: answer.fault });
  return "";
}

export class Room implements store.Deeds {
  private connection = freshId();
  private line: Line | null = null;
  private peer: Peer | null = null;
  private phone = false;
  private sealer: Sealer | null = null;
  private key: KeyMessage | null = null;
  private studio = new Studio(
    () => this.sync(),
    (kind) => this.interrupted(kind),
  );
  private kept;
  private lastMoved: Record<string, number> = {};
  private flowing = false;
  private meter = new Meter();
  private said = ""; // what we last told the server that we want
  private saying: ReturnType<typeof setTimeout> | undefined;
  private closing = false; // the meeting is closed, and the last words are on their way
  private hushing = false; // the server is being told that the microphone was taken
  private hushed = false; // and knows it
  private returned = false; // the line is up again, and sound has not been looked after yet
  private stopSync: () => void = () => undefined;

  constructor(private meeting: string) {
    this.kept = recall(meeting);
    store.cameraWanted.value = this.kept.camera;
    store.mode.value = this.kept.mode;
    store.place.connection = this.connection;
    store.canShare.value = sharesScreens();
  }

  /** A reload comes back to the room by itself; everybody else sees the door first. */
  begin(inApp: string): void {
    store.inApp.value = inApp;
    if (this.kept.joined) this.enter();
    else if (store.place.inPerson) store.screen.value = "lobby"; // no device is asked for at a desk
    else if (inApp) store.screen.value = "way_out";
    else this.lobby();
  }

  // -- what the views ask ----------------------------------------------------------------------------------------

  async ask(name: CommandName, fields: Fields = {}): Promise<Answer> {
    const answer = (await this.line?.ask(name, fields)) ?? { bad: msgid("You are not present in this meeting.") };
    const sentence = sentenceOf(answer);
    if (sentence) store.say(sentence, "wrong");
    return answer;
  }

  join(): void {
    sound();
    this.remember({ joined: true });
    if (store.screen.value === "left") location.reload(); // a fresh page is a fresh connection
    else this.enter();
  }

  enterAnyway(): void {
    store.cameraWanted.value = false;
    this.join();
  }

  async leave(): Promise<void> {
    const patience = new Promise((late) => setTimeout(late, GOODBYE));
    await Promise.race([this.line?.ask("Leave"), patience]);
    this.end("left");
  }

  async toggleMicrophone(): Promise<void> {
    const mine = store.mine.value;
    if (!mine) return;
    if (mine.microphone === "muted") return store.say(t("The chair has muted your microphone."));
    const on = mine.microphone === "on";
    if (on && this.studio.tracks.microphone?.muted === false) return void (await this.ask("TurnOffMicrophone"));
    if (!on && !store.may("TurnOnMicrophone")) return store.say(t("It is not your turn yet. Please ask to speak first."));
    // One that a telephone call took may never come back by itself: take it anew.
    if (this.studio.tracks.microphone?.muted !== false && !(await this.open("microphone"))) return;
    store.interrupted.value = false;
    if (!on) await this.ask("TurnOnMicrophone");
  }

  async setCamera(on: boolean): Promise<void> {
    store.cameraWanted.value = on;
    this.remember({ camera: on });
    if (!on) this.studio.release("camera");
    else if (!(await this.open("camera"))) store.cameraWanted.value = false;
  }

  setMode(mode: store.Mode): void {
    const before = store.mode.value;
    store.mode.value = mode;
    this.remember({ mode });
    this.meter.begin();
    store.perHour.value = null;
    this.peer?.show(mode !== "voice");
    if (mode === "voice") this.studio.release("camera");
    else if (before === "voice" && store.cameraWanted.value) void this.studio.open("camera", this.kept.cameraId);
  }

  async share(): Promise<void> {
    await this.studio.share();
  }

  stopSharing(): void {
    this.studio.stopSharing();
  }

  async chooseDevice(kind: "microphone" | "camera", id: string): Promise<void> {
    this.remember(kind === "microphone" ? { microphoneId: id } : { cameraId: id });
    if (kind === "camera") store.cameraWanted.value = true;
    await this.open(kind);
  }

  listen(): void {
    sound();
    void this.peer?.play().then((played) => {
      store.soundBlocked.value = !played;
    });
  }

  alarm(): void {
    chime();
    navigator.vibrate?.([300, 150, 300, 150, 600]);
  }

  // -- coming in and going out -----------------------------------------------------------------------------------

  private papers = new Map<string, Promise<store.OpenPaper>>();

  paper(document: string): Promise<store.OpenPaper> {
    const open = this.papers.get(document) ?? this.openPaper(document);
    this.papers.set(document, open);
    open.catch(() => this.papers.delete(document)); // the next tap tries again
    return open;
  }

  /** What draws documents is loaded with the first of them. */
  private async openPaper(document: string): Promise<store.OpenPaper> {
    const { Paper } = await import("./paper/paper");
    const reader = store.view.value?.seats[store.mine.value?.member ?? ""]?.name ?? "";
    return Paper.open(`/meetings/${this.meeting}/documents/${encodeURIComponent(document)}/shown.pdf`, reader);
  }

  private lobby(): void {
    store.screen.value = "lobby";
    void this.studio.open("microphone", this.kept.microphoneId);
    if (this.kept.camera) void this.studio.open("camera", this.kept.cameraId);
  }

  private enter(): void {
    store.screen.value = "room";
    store.line.value = { up: false, since: Date.now() };
    const device = deviceKind(navigator.userAgent, navigator.maxTouchPoints);
    this.phone = device === "phone";
    this.makePeer();
    this.line = this.newLine(device);
    this.stopSync = effect(() => this.sync());
    this.watch();
    if (store.place.inPerson) return;
    announce(store.place.title, {
      microphone: () => void this.toggleMicrophone(),
      camera: () => void this.setCamera(!store.cameraWanted.value),
      leave: () => void this.leave(),
    });
    void this.reclaim("microphone");
    if (store.cameraWanted.value && !store.voiceOnly.value) void this.reclaim("camera");
  }

  /** After a reload: take the device again, but never by a dialog. */
  private async reclaim(kind: "microphone" | "camera"): Promise<void> {
    if (this.studio.tracks[kind] || store[kind].value.state !== "idle") return;
    const allowed = await navigator.permissions?.query({ name: kind as PermissionName }).catch(() => null);
    if (allowed?.state !== "granted") return;
    await this.studio.open(kind, kind === "microphone" ? this.kept.microphoneId : this.kept.cameraId);
  }

  private end(screen: "left" | "ended"): void {
    this.remember({ joined: false });
    this.stop();
    this.line?.close();
    store.screen.value = screen;
  }

  private stop(): void {
    this.stopSync();
    withdraw();
    void maySleep();
    this.peer?.close();
    this.peer = null;
    this.sealer?.close();
    this.studio.close();
  }

  private over(refusal: Refusal): void {
    if (refusal.rule === "SignedOut") {
      location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    if (store.view.value?.phase === "closed") return;
    store.ended.value = refusal;
    this.end("ended");
  }

  // -- the line --------------------------------------------------------------------------------------------------

  private newLine(device: string): Line {
    const auth = { meeting: this.meeting, connection: this.connection, device };
    return new Line(auth, {
      up: () => {
        store.line.value = { up: true, since: Date.now() };
        this.returned = true;
      },
      down: () => this.down(),
      view: (message) => {
        store.takeView(message);
        this.said = ""; // the server may be another
        this.want();
        this.afterNews();
        this.media(message.epoch);
      },
      patch: (message) => {
        const whole = store.takePatch(message);
        this.afterNews();
        return whole;
      },
      mine: (message) => store.takeMine(message.mine),
      slots: (message) => this.slotted(message),
      feed: (message) => {
        store.feed.value = message;
        this.peer?.heed(message.send["1"] ?? [], message.voice);
      },
      key: (message) => {
        this.key = message;
        this.sealer?.take(message);
      },
      epoch: (epoch) => this.peer?.serverIs(epoch),
      over: (refusal) => this.over(refusal),
    });
  }

  private down(): void {
    store.feed.value = store.feed.value && { ...store.feed.value, heard: false }; // nobody tells us now
    if (store.line.value.up) store.line.value = { up: false, since: Date.now() };
  }

  /** The meeting is closed: what was being written is sent, nothing else, and a reload shows the closing screen again. */
  private afterNews(): void {
    if (store.view.value?.phase !== "closed" || !this.line || this.closing) return;
    this.closing = true;
    this.stop();
    void this.lastWords().then(() => {
      this.line?.close();
      this.line = null;
      store.parted.value = true;
    });
    void headOf(this.meeting).then((head) => (store.seal.value = head));
  }

  private async lastWords(): Promise<void> {
    const patience = new Promise<void>((late) => setTimeout(late, GOODBYE));
    await Promise.race([Promise.all(store.lastWords.map((say) => say())).then(() => undefined), patience]);
  }

  /** Back after sleep or a change of network. */
  private watch(): void {
    const doubt = () => {
      if (store.screen.value === "room") this.peer?.doubt();
    };
    const back = () => {
      if (store.screen.value !== "room") return;
      doubt();
      this.line?.resync();
      void stayAwake();
    };
    onHints({ doubt, back });
    document.addEventListener("visibilitychange", () => this.want());
    void stayAwake();
  }

  // -- sound and picture -----------------------------------------------------------------------------------------

  /** None at a desk in the room, nor where the meeting is sealed and this browser cannot seal: never in the clear. */
  private makePeer(): void {
    this.peer?.close();
    this.sealer?.close();
    this.sealer = store.place.sealed && store.place.canSeal ? new Sealer() : null;
    if (this.key) this.sealer?.take(this.key);
    const deaf = store.place.sealed && !this.sealer;
    this.peer = store.place.inPerson || deaf ? null : this.newPeer(this.phone);
  }

  private newPeer(phone: boolean): Peer {
    const peer = new Peer(phone, {
      offer: (sdp, lost) => this.offer(sdp, lost),
      servers: () => (document.getElementById("room")?.dataset.relays === "yes" ? relays() : Promise.resolve([])),
      lost: () => this.line?.resync(),
      state: (state) => {
        if (store.media.value.state !== state) store.media.value = { state, since: Date.now() };
        if (state === "connecting") store.sending.value = false;
      },
      picture: (mid, stream) => (store.streams.value = { ...store.streams.value, [mid]: stream }),
      blocked: () => (store.soundBlocked.value = true),
      measured: (now) => this.measured(now),
      voices: (mids) => this.voiced(mids),
    }, this.sealer);
    peer.show(!store.voiceOnly.value);
    return peer;
  }

  private media(epoch: string): void {
    const sealed = store.view.value?.about.sealed === true;
    if (sealed !== store.place.sealed) {
      store.place.sealed = sealed; // the rule changed between the door and the call
      this.makePeer();
    }
    if (!this.peer) return;
    if (this.returned) this.peer.hurry();
    this.returned = false;
    this.peer.serverIs(epoch);
  }

  /** By the line, or past it when everything is gone at once: a new request finds the new network first. */
  private offer(sdp: string, lost: boolean): Promise<Signalled> {
    if (lost) return offerAnew(this.meeting, this.connection, sdp);
    return this.line?.offer(sdp) ?? Promise.reject(new Error("no line"));
  }

  /** Makes what leaves this page what the server's state says. */
  private sync(): void {
    const here = {
      joined: store.screen.value === "room",
      connection: this.connection,
      cameraOn: store.cameraWanted.value,
      voiceOnly: store.voiceOnly.value,
    };
    const send = wanted(store.mine.value, here);
    if (store.interrupted.value) this.hush();
    send.audio &&= !store.interrupted.value; // whoever called is nobody of the meeting
    const { microphone, camera } = this.studio.tracks;
    if (microphone) microphone.enabled = send.audio || store.screen.value === "lobby";
    if (!send.screen && store.mine.value && this.studio.screen) this.studio.stopSharing(); // it ends with the floor
    void this.peer?.send(send.audio ? microphone : null, send.video ? camera : null, send.screen ? this.studio.screen : null);
    showActive(send.audio && microphone !== null, send.video && camera !== null);
    this.want();
  }

  /** Tell the server what we want to receive, when it is another than before, and not too often. */
  private want(): void {
    if (JSON.stringify(this.wish()) === this.said || this.saying) return;
    this.saying = setTimeout(() => {
      this.saying = undefined;
      if (!this.line?.connected) return;
      const now = this.wish();
      this.said = JSON.stringify(now);
      this.line.want(now);
    }, WANTS);
  }

  /** On a page that nobody sees, pictures have no height. */
  private wish(): Wanted {
    const heights = document.hidden ? Object.fromEntries(PICTURES.map((mid) => [mid, 0])) : store.heights.value;
    return { mode: store.mode.value, heights, page: store.picturePage.value };
  }

  private slotted(message: SlotsMessage): void {
    const before = store.slots.value;
    const same = (mid: string) => before[mid] === message.slots[mid];
    store.moving.value = Object.fromEntries(Object.entries(store.moving.value).filter(([mid]) => same(mid)));
    for (const mid of Object.keys(this.lastMoved)) if (!same(mid)) delete this.lastMoved[mid];
    store.slots.value = message.slots;
  }

  private measured(now: Measures): void {
    store.sending.value = now.sending;
    store.traffic.value = now.bytes;
    this.meter.note(now.bytes, Date.now());
    store.perHour.value = this.meter.perHour;
    store.heardBy.value = truth({
      allowed: store.mine.value?.may_speak === true && store.mine.value.microphone === "on",
      sending: now.sending,
      arrives: store.feed.value?.heard === true,
      told: store.line.value.up && store.media.value.state === "up",
      reported: now.reported,
      silent: Date.now() - this.studio.soundAt,
    });
    for (const mid of Object.keys(now.moving)) this.lastMoved[mid] = Date.now();
    this.show(Date.now());
    if (this.flowing && now.silent) this.line?.resync(); // everything stopped at once: is the network gone?
    this.flowing = !now.silent;
  }

  private show(at: number): void {
    const moving = Object.keys(this.lastMoved).filter((mid) => at - (this.lastMoved[mid] ?? 0) < PICTURE_LASTS);
    const known = Object.keys(store.moving.value);
    if (moving.length === known.length && moving.every((mid) => store.moving.value[mid])) return;
    store.moving.value = Object.fromEntries(moving.map((mid) => [mid, true]));
  }

  private voiced(mids: string[]): void {
    const members = mids.flatMap((mid) => store.slots.value[mid] ?? []);
    const known = Object.keys(store.voices.value);
    if (members.length === known.length && members.every((member) => store.voices.value[member])) return;
    store.voices.value = Object.fromEntries(members.map((member) => [member, true]));
  }

  /** True when the device is ready; else the member is told why not. */
  private async open(kind: "microphone" | "camera"): Promise<boolean> {
    const ready = await this.studio.open(kind, kind === "microphone" ? this.kept.microphoneId : this.kept.cameraId);
    const device = store[kind].value;
    if (device.state === "faulty") store.say(faultSentence(kind, device.fault), "wrong");
    return ready;
  }

  /** A telephone call took the microphone: the server is told, so that nobody hears the rest of the call.  What happens
   *  to a page that does not send, while the member speaks from another, silences nobody. */
  private interrupted(kind: "microphone" | "camera"): void {
    const mine = store.mine.value;
    if (kind !== "microphone" || mine?.microphone !== "on" || mine.active !== this.connection || !this.line) return;
    this.hushed = false;
    store.interrupted.value = true; // and so nothing is sent, before the server has answered
  }

  /** Until the server knows it: the line may have been away when the call began.  Who is given the floor afterwards, when
   *  the call is over, speaks. */
  private hush(): void {
    const mine = store.mine.value;
    if (mine?.microphone === "off") this.hushed = true;
    if (mine?.microphone === "on" && this.hushed && this.studio.tracks.microphone?.muted === false) {
      store.interrupted.value = false;
      return;
    }
    if (mine?.microphone !== "on" || mine.active !== this.connection || !this.line?.connected || this.hushing) return;
    this.hushing = true;
    void this.ask("TurnOffMicrophone").finally(() => (this.hushing = false));
  }

  private remember(part: Partial<ReturnType<typeof recall>>): void {
    this.kept = { ...this.kept, ...part };
    keep(this.meeting, this.kept);
  }
}

/** The head of the closed meeting's record, from the sheet that this person may see; "" when he may not. */
async function headOf(meeting: string): Promise<string> {
  const answer = await fetch(`/meetings/${encodeURIComponent(meeting)}/attendance`).catch(() => null);
  if (!answer?.ok) return "";
  const sheet = new DOMParser().parseFromString(await answer.text(), "text/html");
  return sheet.querySelector(".seal .hash")?.textContent ?? "";
}
