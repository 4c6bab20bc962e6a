/** The roll: who is here, how, and what the chair may do about it. */
import { useSignal } from "@preact/signals";
import { type CommandName, may, type Member, place, type RollLine, type Seat, type View } from "../store";
import { hour } from "../time";
import { t } from "../words";
import { Icon } from "./icons";
import { CorrectRoll, CORRECTIONS } from "./opening";
import { Act, ReasonDialog } from "./parts";
import { groupName } from "./round_reading";
import { distinction, nameOf, rollInOrder, STATE_LOOK, STATES, wordOf } from "./reading";

/** In words: how this member is counted present. */
/** What was known before the meeting; the reason is for the chair. */
function excused({ accepted, reason }: NonNullable<RollLine["excuse"]>): string {
  const said = accepted ? t("excused") : t("excuse not accepted");
  return reason ? `${said}: ${reason}` : said;
}

function kindsOf(view: View, line: RollLine): string {
  const { online, in_room, vouched } = line.kinds;
  return [
    online && t("online"),
    in_room && t("in the room"),
    vouched && t("beside {name}", { name: nameOf(view, vouched) }),
    line.state === "silent" && line.since && t("no signal since {time}", { time: hour(line.since) }),
    line.met !== undefined && t("was present in {group}", { group: groupName(view, line.met) }),
    line.state === "absent" && line.met === undefined && line.excuse && excused(line.excuse),
    line.reason,
    line.corrected && t("roll corrected: {state}", { state: wordOf(CORRECTIONS, line.corrected.state) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Who was in his group has attended the round, though he is not here. */
function StateTag({ line }: { line: RollLine }) {
  if (line.state === "absent" && line.met !== undefined) return <span class="tag good">{t("Met in his group")}</span>;
  return <span class={`tag ${STATE_LOOK[line.state] ?? ""}`}>{wordOf(STATES, line.state)}</span>;
}

interface Asked {
  name: CommandName;
  title: string;
  action: string;
}

/** The deeds that need a reason, and when they are offered. */
function reasoned(line: RollLine, name: string): Asked[] {
  const asked: [boolean, Asked][] = [
    [
      line.state === "to_verify",
      { name: "Verify", title: t("Confirm that {name} is here", { name }), action: t("Confirm presence") },
    ],
    [
      line.kinds.in_room === true,
      { name: "UntickPresent", title: t("{name} is no longer in the room", { name }), action: t("Not in the room") },
    ],
    [
      line.kinds.vouched !== undefined,
      { name: "Unvouch", title: t("End the vouching for {name}", { name }), action: t("End the vouching") },
    ],
    [line.state === "removed", { name: "Readmit", title: t("Let {name} in again", { name }), action: t("Let in again") }],
    [
      line.state !== "removed" && line.state !== "absent",
      { name: "Remove", title: t("Send {name} out of the meeting", { name }), action: t("Send out") },
    ],
  ];
  return asked.filter(([offered]) => offered).map(([, deed]) => deed);
}

function ChairDeeds({ view, member, line, name }: { view: View; member: Member; line: RollLine; name: string }) {
  const asking = useSignal<Asked | null>(null);
  const here = line.state === "present" || line.state === "silent" || line.state === "to_verify";
  const muted = view.microphones[member] === "muted";
  const chairs = member === view.chair.acting;
  return (
    <div class="row deeds">
      {here && view.speaking.floor?.member !== member && (
        <Act name="GiveFloor" fields={{ member }}>
          {t("Invite to speak")}
        </Act>
      )}
      {here && !chairs && !muted && (
        <Act name="Mute" fields={{ member }}>
          {t("Mute")}
        </Act>
      )}
      {muted && (
        <Act name="LiftMute" fields={{ member }}>
          {t("Allow the microphone")}
        </Act>
      )}
      {!line.kinds.in_room && line.state !== "removed" && (
        <Act name="TickPresent" fields={{ member }}>
          {t("Tick: in the room")}
        </Act>
      )}
      {reasoned(line, name)
        .filter((deed) => !(chairs && deed.name === "Remove"))
        .map((deed) => (
          <button key={deed.name} type="button" class="button" disabled={!may(deed.name)} onClick={() => (asking.value = deed)}>
            {deed.action}
          </button>
        ))}
      {may("CorrectRoll") && <CorrectRoll member={member} name={name} />}
      {asking.value && (
        <ReasonDialog
          title={asking.value.title}
          name={asking.value.name}
          fields={{ member }}
          action={asking.value.action}
          close={() => (asking.value = null)}
        />
      )}
    </div>
  );
}

/** What every member may do: say that somebody sits beside him, behind the same device. */
function MemberDeeds({ member, line, me }: { member: Member; line: RollLine; me: Member }) {
  if (line.kinds.vouched === me)
    return (
      <Act name="Unvouch" fields={{ member }}>
        {t("No longer beside me")}
      </Act>
    );
  return (
    <Act name="Vouch" fields={{ member }}>
      {t("Sits beside me")}
    </Act>
  );
}

interface LineProps {
  view: View;
  member: Member;
  line: RollLine;
  seat: Seat;
  me: Member;
  chairs: boolean;
}

function Line({ view, member, line, seat, me, chairs }: LineProps) {
  const open = useSignal(false);
  const how = kindsOf(view, line);
  const vouches = member !== me && ((line.state === "absent" && may("Vouch")) || line.kinds.vouched === me);
  const acts = chairs || vouches;
  const ticks = chairs && place.inPerson && line.state === "absent";
  const head = (
    <>
      <span class="roll-name">
        <span class="who">
          {seat.name}
          {member === view.chair.acting && <strong> · {t("chairs")}</strong>}
        </span>
        <span class="soft small">{[distinction(seat), how].filter(Boolean).join(" · ")}</span>
      </span>
      <StateTag line={line} />
    </>
  );
  return (
    <li data-state={line.state}>
      {acts ? (
        <button type="button" class="roll-line" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          {head}
          <Icon of="open" />
        </button>
      ) : (
        <div class="roll-line">{head}</div>
      )}
      {ticks && !open.value && (
        <Act name="TickPresent" fields={{ member }}>
          {t("Tick: in the room")}
        </Act>
      )}
      {open.value && chairs && <ChairDeeds view={view} member={member} line={line} name={seat.name} />}
      {open.value && vouches && (
        <div class="row deeds">
          <MemberDeeds member={member} line={line} me={me} />
        </div>
      )}
    </li>
  );
}

export function Roll({ view, me, chairs }: { view: View; me: Member; chairs: boolean }) {
  const { present, of, silent, to_verify } = view.counts;
  return (
    <div class="stack">
      <p class="roll-counts">
        <strong>{t("{n} of {all} present", { n: present, all: of })}</strong>
        {silent > 0 && <span class="tag care">{t("{n} silent", { n: silent })}</span>}
        {to_verify > 0 && <span class="tag care">{t("{n} to verify", { n: to_verify })}</span>}
      </p>
      <ul class="ledger roll">
        {rollInOrder(view).map(([member, line, seat]) => (
          <Line key={member} view={view} member={member} line={line} seat={seat} me={me} chairs={chairs} />
        ))}
      </ul>
    </div>
  );
}
