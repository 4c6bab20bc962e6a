/** The room on a desk: a fixture in the store, drawn faces in the slots, and a server that says "done" to everything.
    Development only: `npm run dev`, then /assets/tools/room.html?as=chair|member|speaker&screen=…  */
import { h, render } from "preact";
import "../style/room-entry.css";
import { Room } from "../src/room";
import * as store from "../src/store";
import { setDeeds } from "../src/store";
import { startClock } from "../src/time";
import { App } from "../src/views/app";
import { setWords } from "../src/words";
import { meeting, mineOf, SLOTS, split } from "./meeting";

const id = (n: number): string => `m${n}`;
const asked = new URLSearchParams(location.search);
const who: Record<string, number> = { chair: 0, member: 6, speaker: 5, deputy: 1, plain: 2 };
const me = who[asked.get("as") ?? "chair"] ?? 0;
const screen = asked.get("screen") ?? "room";

/** A face made of a gradient, a name and a running clock, as a camera would send it. */
function drawn(name: string, tone: number): MediaStream {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const c = canvas.getContext("2d");
  const draw = () => {
    if (!c) return;
    const wall = c.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, `hsl(${tone} 24% 58%)`);
    wall.addColorStop(1, `hsl(${tone + 30} 22% 34%)`);
    c.fillStyle = wall;
    c.fillRect(0, 0, 640, 360);
    c.fillStyle = `hsl(${tone + 200} 14% 24%)`;
    c.beginPath();
    c.ellipse(320, 380, 170, 150, 0, 0, 7);
    c.fill();
    c.fillStyle = "hsl(26 42% 66%)";
    c.beginPath();
    c.ellipse(320, 165, 74, 92, 0, 0, 7);
    c.fill();
    c.fillStyle = "hsl(20 20% 14%)";
    c.beginPath();
    c.ellipse(320, 105, 82, 58, 0, 0, 7);
    c.fill();
    c.fillStyle = "rgb(255 255 255 / 0.8)";
    c.fillText(`${name} ${Math.round(performance.now() / 1000)}`, 8, 16);
    requestAnimationFrame(draw);
  };
  draw();
  return canvas.captureStream(8);
}

function fill(): void {
  const view = meeting();
  const mine = mineOf(me);
  if (asked.has("gathering")) {
    delete view.opened_at;
    delete view.agenda.current;
    Object.assign(view, { phase: "gathering" });
    view.speaking = { queue: [], list: "open", free: false };
    for (const item of Object.values(view.agenda.items)) item.state = "ahead";
  }
  const blank = { in_favour: "", against: "", proposals: "", reserved: [], hands_for: 0, hands_against: 0, hands_other: 0 };
  if (asked.has("groups") || asked.has("gathered")) {
    const over = asked.has("gathered");
    split(view, over);
    if (me === 0) mine.may.push("GatherGroups", "ExtendGroups", "AddressGroups", "VisitGroup", "CallLeader", "AssignToGroup");
    if (me === 6 && !over) {
      mine.groups = { place: "g0", belongs: "g0", leads: true, report: { sitting: "1", group: "g0", answers: { q: blank } } };
      mine.may.push("DraftReport", "SubmitReport", "GiveFloor", "OpenDiscussion");
      view.speaking = { queue: [id(9)], list: "open", free: false, leader: id(6) };
      view.groups.visiting = { [id(0)]: "g0" };
    } else if (me === 2 && !over) mine.groups = { place: "g2", belongs: "g2", leads: false };
  }
  if (asked.has("splitting")) {
    split(view, true);
    view.groups.sittings = {};
    mine.may.push("FormGroups");
  }
  if (asked.has("check")) mine.check = { until: new Date(Date.now() + 142_000).toISOString() };
  if (asked.has("offered")) {
    mine.offered = true;
    mine.may.push("TakeChair");
    view.chair.empty_since = new Date().toISOString();
  }
  if (asked.has("waiting")) view.speaking.queue.push(mine.member);
  if (asked.has("over") && view.speaking.floor) view.speaking.floor.until = new Date(Date.now() - 34_000).toISOString();
  if (screen === "closed") Object.assign(view, { phase: "closed", closed_at: new Date().toISOString() });
  store.held.value = { seq: 1, view, mine, epoch: "desk" };
  store.slots.value = SLOTS;
  store.streams.value = Object.fromEntries(
    Object.entries(SLOTS)
      .filter(([mid]) => Number(mid) >= 6)
      .map(([mid, member], index) => [mid, drawn(view.seats[member]?.name ?? "", 20 + index * 33)]),
  );
  store.moving.value = Object.fromEntries(
    Object.keys(store.streams.value)
      .filter((mid) => mid !== "9" && mid !== "12")
      .map((mid) => [mid, true]),
  );
  store.voices.value = { m5: true };
  store.traffic.value = 12_400_000;
  store.place.connection = "desk";
  store.place.title = view.about.title;
  store.line.value = { up: !asked.has("lost"), since: Date.now() - (asked.has("lost") ? 9000 : 0) };
  store.media.value = { state: "up", since: Date.now() };
  store.cameraWanted.value = true;
  store.selfPicture.value = drawn("tôi", 200);
  store.camera.value = { state: "ready", id: "" };
  store.microphone.value = asked.has("denied") ? { state: "faulty", fault: "denied" } : { state: "ready", id: "" };
  store.sending.value = true;
  store.level.value = 0.55;
  store.inApp.value = "Zalo";
}

async function begin(root: HTMLElement): Promise<void> {
  const lang = asked.get("lang") ?? "vi";
  document.documentElement.lang = lang;
  if (asked.get("theme")) document.documentElement.dataset.theme = asked.get("theme") ?? "";
  const words = lang === "vi" ? await fetch("words.json").then((r) => r.json()) : {};
  setWords(lang, words as Record<string, string>);
  const room = new Room("desk");
  room.ask = () => Promise.resolve({ done: 1 });
  setDeeds(room);
  startClock();
  fill();
  store.screen.value = screen === "closed" ? "room" : (screen as store.Screen);
  if (screen === "ended")
    store.ended.value = { rule: "removed", why: "You were removed from this meeting.", facts: {} };
  if (asked.has("toast")) store.say("Chưa đến lượt đồng chí. Mời đồng chí xin phát biểu trước.", "wrong");
  render(h(App, null), root);
}

const root = document.getElementById("room");
if (root) void begin(root);
