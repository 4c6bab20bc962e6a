/** Signs from Lucide (ISC).  A word always stands beside one. */
import {
  ArrowDown,
  ArrowUp,
  Award,
  Check,
  ChevronDown,
  DoorOpen,
  Ear,
  EarOff,
  Hand,
  Info,
  ListChecks,
  LogOut,
  MessagesSquare,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  Pause,
  Play,
  Settings2,
  Smartphone,
  TriangleAlert,
  UserCheck,
  Users,
  Video,
  VideoOff,
  Volume2,
  X,
} from "lucide";
import { h } from "preact";

const ICONS = {
  alert: TriangleAlert,
  seal: Award,
  check: Check,
  choose: Settings2,
  device: Smartphone,
  discuss: MessagesSquare,
  door: DoorOpen,
  down: ArrowDown,
  ear: Ear,
  earOff: EarOff,
  hand: Hand,
  info: Info,
  leave: LogOut,
  list: ListChecks,
  mic: Mic,
  micOff: MicOff,
  open: ChevronDown,
  pause: Pause,
  screen: MonitorUp,
  screenOff: MonitorX,
  play: Play,
  present: UserCheck,
  sound: Volume2,
  up: ArrowUp,
  users: Users,
  video: Video,
  videoOff: VideoOff,
  x: X,
};

export type IconName = keyof typeof ICONS;

export function Icon({ of }: { of: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ICONS[of].map(([tag, attributes]) => h(tag, attributes as Record<string, string>))}
    </svg>
  );
}
