/** Which screen. */
import { place, screen, view } from "../store";
import { Closed, Ended, Gone } from "./closing";
import { Desk, Lobby, WayOut } from "./lobby";
import { Toast } from "./notice";
import { RoomView } from "./room";

export function App() {
  const closed = view.value;
  if (closed?.phase === "closed" && screen.value === "room") return <Closed view={closed} />;
  switch (screen.value) {
    case "way_out":
      return <WayOut />;
    case "lobby":
      return (
        <>
          {place.inPerson ? <Desk /> : <Lobby />}
          <Toast />
        </>
      );
    case "room":
      return <RoomView />;
    case "left":
      return <Gone />;
    case "ended":
      return <Ended />;
  }
}
