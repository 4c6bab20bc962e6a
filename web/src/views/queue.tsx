/** The speaker queue: one numbered list on the server, the same for all. */
import type { Member, View } from "../store";
import { t } from "../words";
import { Icon } from "./icons";
import { Act } from "./parts";
import { nameOf, oneDown, oneUp, roleOf } from "./reading";

function Move({ view, member }: { view: View; member: Member }) {
  const name = nameOf(view, member);
  const up = oneUp(view.speaking.queue, member);
  const down = oneDown(view.speaking.queue, member);
  return (
    <>
      {up !== null && (
        <Act name="MoveRequest" fields={{ member, before: up }} look="sign" icon="up" label={t("Move {name} up", { name })}>
          {null}
        </Act>
      )}
      {down !== null && (
        <Act name="MoveRequest" fields={{ member, before: down }} look="sign" icon="down" label={t("Move {name} down", { name })}>
          {null}
        </Act>
      )}
      <Act name="StrikeRequest" fields={{ member }} look="sign" icon="x" label={t("Strike {name} from the list", { name })}>
        {null}
      </Act>
    </>
  );
}

function Waiting({ view, member, number, me, chairs }: { view: View; member: Member; number: number; me: Member; chairs: boolean }) {
  const seat = view.seats[member];
  return (
    <li data-mine={member === me}>
      <span class="queue-number">{number}</span>
      <div>
        <p class="who">
          {nameOf(view, member)}
          {member === me && <strong> · {t("You")}</strong>}
        </p>
        {seat && <p class="soft small">{roleOf(seat)}</p>}
      </div>
      {chairs && (
        <div class="row deeds">
          <Act name="GiveFloor" fields={{ member }} look={number === 1 ? "main grow" : "grow"}>
            {t("Invite to speak")}
          </Act>
          <Move view={view} member={member} />
        </div>
      )}
    </li>
  );
}

export function Queue({ view, me, chairs }: { view: View; me: Member; chairs: boolean }) {
  const { queue, list } = view.speaking;
  return (
    <div class="stack">
      {list === "closed" && (
        <p class="notice">
          <Icon of="info" />
          <span>{t("The list of speakers is closed.")}</span>
        </p>
      )}
      {queue.length === 0 ? (
        <p class="empty">{chairs ? t("Nobody is waiting to speak. You may call on anyone from the roll.") : t("Nobody is waiting. Press “Ask to speak” to be the first.")}</p>
      ) : (
        <ol class="ledger queue">
          {queue.map((member, index) => (
            <Waiting key={member} view={view} member={member} number={index + 1} me={me} chairs={chairs} />
          ))}
        </ol>
      )}
      {chairs && (
        <div class="row">
          {list === "open" ? <Act name="CloseList">{t("Close the list")}</Act> : <Act name="OpenList">{t("Open the list again")}</Act>}
        </div>
      )}
    </div>
  );
}
