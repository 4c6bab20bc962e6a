/** A cell of 24 in the middle of its meeting, to look at the room without a server.  Development only. */
import type { Mine, RollLine, Seat, View } from "../src/store";

const NAMES: [string, string][] = [
  ["Trần Văn Bình", "cell_secretary"],
  ["Nguyễn Thị Hồng Phượng", "deputy_secretary"],
  ["Lê Quang Đạo", "committee_member"],
  ["Phạm Thị Tuyết Nhung", "group_leader"],
  ["Hoàng Minh Trí", "group_leader"],
  ["Vũ Đức Thịnh", "group_leader"],
  ["Đặng Thị Lan Anh", "none"],
  ["Bùi Xuân Trường", "none"],
  ["Đỗ Thị Thu Hiền", "none"],
  ["Ngô Văn Quyết", "none"],
  ["Dương Thị Ngọc Ánh", "none"],
  ["Lý A Sùng", "none"],
  ["Huỳnh Thị Cẩm Tú", "none"],
  ["Phan Trọng Nghĩa", "none"],
  ["Võ Thị Mỹ Duyên", "none"],
  ["Trương Công Hậu", "none"],
  ["Mai Thị Kim Oanh", "none"],
  ["Tô Hiến Thành", "none"],
  ["Nguyễn Hữu Khánh", "none"],
  ["Lò Thị Bích", "none"],
  ["Cao Xuân Dũng", "none"],
  ["Hà Thị Phương Thảo", "none"],
  ["Y Blô Niê", "none"],
  ["Đinh Công Mạnh", "assigned_follower"],
];

const STATES: Record<number, string> = {
  7: "silent",
  9: "to_verify",
  16: "absent",
  17: "absent",
  19: "absent",
  21: "removed",
};

const id = (n: number) => `m${n}`;
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const ahead = (seconds: number) => ago(-seconds);

function seat(n: number): Seat {
  const [name, post] = NAMES[n] ?? ["", "none"];
  const kind = post === "assigned_follower" ? "supervisor" : "member";
  return { name, order: n, kind, standing: n === 18 ? "probationary" : "official", post, group: `g${n % 3}` };
}

function rollLine(n: number): RollLine {
  const state = STATES[n] ?? "present";
  if (state === "absent") return { state, kinds: {} };
  if (state === "removed") return { state, kinds: {}, since: ago(300), reason: "Vào nhầm cuộc họp" };
  if (n === 10) return { state, since: ago(1500), kinds: { vouched: id(8) } };
  if (n === 22) return { state, since: ago(2000), kinds: { in_room: true } };
  return { state, since: ago(1800), kinds: { online: true } };
}

const AGENDA: [string, number, string, string][] = [
  ["Thông tin thời sự, tình hình trong tháng", 15, "Nguyễn Thị Hồng Phượng", "closed"],
  ["Đánh giá lãnh đạo thực hiện nhiệm vụ tháng 12; phương hướng tháng 01/2027", 30, "Trần Văn Bình", "current"],
  ["Xét, đề nghị công nhận đảng viên chính thức đối với đồng chí Nguyễn Hữu Khánh", 20, "Lê Quang Đạo", "ahead"],
  ["Thu, nộp đảng phí quý I", 10, "Phạm Thị Tuyết Nhung", "ahead"],
];

export function meeting(): View {
  const numbers = NAMES.map((_, n) => n);
  return {
    about: {
      form: "online",
      title: "Sinh hoạt chi bộ định kỳ tháng 01/2027",
      cell: "Chi bộ thôn Vĩnh Xuân, Đảng bộ xã Hòa Tiến",
      kind: "regular",
      planned_for: ago(3000),
    },
    phase: "open",
    opened_at: ago(2532),
    duration_minutes: 90,
    chair: { rightful: id(0), acting: id(0) },
    seats: Object.fromEntries(numbers.map((n) => [id(n), seat(n)])),
    roll: Object.fromEntries(numbers.map((n) => [id(n), rollLine(n)])),
    counts: { present: 20, of: 24, silent: 1, to_verify: 1 },
    agenda: {
      current: "i1",
      items: Object.fromEntries(
        AGENDA.map(([title, minutes, presenter, state], order) => [
          `i${order}`,
          {
            order,
            title,
            minutes,
            presenter,
            kind: "ordinary",
            state,
            ...(state === "closed" && { taken_up_at: ago(2500), closed_at: ago(1500) }),
            ...(state === "current" && { taken_up_at: ago(1490) }),
          },
        ]),
      ),
    },
    speaking: {
      queue: [id(11), id(6), id(14)],
      list: "open",
      free: false,
      floor: { member: id(5), since: ago(170), until: ahead(130) },
    },
    microphones: { [id(5)]: "on", [id(0)]: "on", [id(12)]: "muted" },
    votes: { all: {} },
    motions: {},
    documents: {},
    conclusions: {},
    tasks: {},
    carried: [],
    score: { criteria: {}, grades: [] },
    minutes: { items: {} },
    groups: { register: {}, sittings: {}, visiting: {}, longest: 60, smallest: 3, most: 30 },
  };
}

export function mineOf(n: number): Mine {
  const chair = n === 0;
  const own = ["AskToSpeak", "Leave", "TurnOffMicrophone", "Vouch", "WithdrawRequest"];
  const chairs =
    "AskPresence Close CloseItem CloseList EndSpeech ExtendSpeech GiveFloor LiftMute MoveRequest Mute OpenDiscussion Pause PutItemAside Readmit Remove SetPresenceTimer StrikeRequest TakeUpItem TickPresent TurnOnMicrophone UntickPresent Unvouch Verify";
  return {
    member: id(n),
    chair,
    offered: false,
    may_speak: chair || n === 5,
    may_share: chair || n === 5,
    microphone: n === 0 || n === 5 ? "on" : "off",
    active: "desk",
    voter: true,
    ballots: {},
    groups: { place: "", belongs: "", leads: chair },
    may: chair ? [...own, ...chairs.split(" ")] : own,
  };
}

const REPORT = {
  in_favour: "Nhất trí tăng số buổi tuyên truyền ở các tổ liên gia; giao chi đoàn làm nòng cốt.",
  against: "",
  proposals: "Đề nghị đảng ủy xã hỗ trợ loa truyền thanh cho hai xóm vùng cao.",
  reserved: [id(9)],
  hands_for: 6,
  hands_against: 0,
  hands_other: 1,
};

/** The cell in its three party groups; member 6 leads the second, member 7 reports for the third. */
export function split(view: View, over: boolean): void {
  const names = ["Tổ 1", "Tổ 2", "Tổ 3"];
  const of = (group: number) => Object.fromEntries(NAMES.flatMap((_, n) => (n > 0 && n % 3 === group ? [[id(n), true]] : [])));
  view.groups.register = Object.fromEntries(names.map((name, order) => [`g${order}`, { order, name }]));
  for (const group of [0, 1, 2]) for (const member of Object.keys(of(group))) Object.assign(view.seats[member] ?? {}, { group: `g${group}` });
  view.groups.sittings["1"] = {
    questions: { q: { order: 0, item: "i1", text: "" } },
    began: ago(400),
    until: ahead(512),
    ...(over && { gathered: ago(5), reports_until: ahead(280) }),
    groups: Object.fromEntries(
      names.map((name, order) => [
        `g${order}`,
        { order, name, members: of(order), writing: order > 0, leader: id(order + 6), ...(order === 2 && { report: { version: 1, by: id(8), at: ago(60), ...(over && { answers: { q: REPORT } }) } }) },
      ]),
    ),
  };
  if (!over) view.groups.apart = "1";
}

/** Whom the nine picture slots carry. */
export const SLOTS: Record<string, string> = {
  "3": id(5),
  "6": id(5),
  ...Object.fromEntries([0, 1, 2, 3, 6, 8, 11, 13].map((n, index) => [String(7 + index), id(n)])),
};
