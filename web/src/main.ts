/** The meeting room: from the page's own data to the first screen. */
import { h, render } from "preact";
import "../style/room-entry.css";
import { canSeal } from "./media/sealer";
import { inAppBrowser } from "./place";
import { Room } from "./room";
import { place, setDeeds } from "./store";
import { setZone, startClock } from "./time";
import { App } from "./views/app";
import { fetchWords } from "./words";

async function begin(root: HTMLElement): Promise<void> {
  await fetchWords(document.documentElement.lang || "vi", root.dataset.words ?? "");
  setZone(root.dataset.zone ?? "");
  place.meeting = root.dataset.meeting ?? "";
  place.title = root.dataset.title ?? "";
  place.sealed = root.dataset.sealed === "yes";
  place.canSeal = canSeal();
  place.inPerson = ["in_person", "by_groups"].includes(root.dataset.form ?? ""); // a round is gathered in the room
  const room = new Room(place.meeting);
  setDeeds(room);
  startClock();
  room.begin(inAppBrowser(navigator.userAgent));
  root.replaceChildren();
  render(h(App, null), root);
}

const root = document.getElementById("room");
if (root) void begin(root);
