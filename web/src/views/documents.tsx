/** Documents together: the page that the chair has opened, or one's own page; and the list to choose from. */
import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { deeds, type DocumentLine, may, type Mine, type OpenPaper, type View } from "../store";
import { t } from "../words";
import { Act, usePending } from "./parts";
import { documentsOf, type Place, placeOf } from "./documents_reading";

/** Where I read by myself; null = I follow the chair. */
const own = signal<Place | null>(null);
export const reading = computed(() => own.value !== null);

export function readMyself(place: Place | null): void {
  own.value = place;
}

/** One page on its canvas; drawn anew when page, document or width change, and by nothing else. */
function Sheet({ paper, page, label }: { paper: OpenPaper; page: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [text, setText] = useState("");
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const frame = canvas.current?.parentElement;
    if (!frame) return;
    let width = 0;
    const draw = () => {
      if (!canvas.current || frame.clientWidth === width || frame.clientWidth === 0) return;
      width = frame.clientWidth;
      paper.draw(canvas.current, page, width).then(setText, () => setBroken(true));
    };
    const watch = new ResizeObserver(draw);
    watch.observe(frame);
    return () => watch.disconnect();
  }, [paper, page]);
  return (
    <div class="paper-frame" role="img" aria-label={label} data-page={page}>
      <canvas ref={canvas} aria-hidden="true" />
      {broken && <p class="notice wrong">{t("The document cannot be shown here. Please open it anew.")}</p>}
      <div class="unseen">{text}</div>
    </div>
  );
}

/** Small letters on a small screen: twice as wide, and moved about under a finger or by the arrow keys. */
function Zoomed({ large, children }: { large: boolean; children: ComponentChildren }) {
  return (
    <div class="paper-scroll" data-large={large} tabIndex={large ? 0 : undefined}>
      <div>{children}</div>
    </div>
  );
}

function Pages({ place, title, pages }: { place: Place; title: string; pages: number }) {
  const [paper, setPaper] = useState<OpenPaper | null>(null);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  const [large, setLarge] = useState(false);
  useEffect(() => {
    let here = true;
    setPaper(null);
    setFailed(false);
    deeds()
      .paper(place.document)
      .then(
        (open) => here && setPaper(open),
        () => here && setFailed(true),
      );
    return () => {
      here = false;
    };
  }, [place.document, tries]);
  if (failed)
    return (
      <div class="notice wrong">
        <p>{t("The document could not be fetched.")}</p>
        <button type="button" class="button" onClick={() => setTries(tries + 1)}>
          {t("Try again")}
        </button>
      </div>
    );
  if (!paper) return <p class="empty">{t("Opening the document…")}</p>;
  const label = t("{title}, page {n} of {all}", { title, n: place.page, all: pages });
  return (
    <>
      <Zoomed large={large}>
        <Sheet paper={paper} page={place.page} label={label} />
      </Zoomed>
      <button type="button" class="button plain paper-zoom" aria-pressed={large} onClick={() => setLarge(!large)}>
        {large ? t("Smaller") : t("Larger")}
      </button>
    </>
  );
}

/** Turning pages: everybody's by the chair who follows himself, else one's own. */
function Turn({ place, pages, leads }: { place: Place; pages: number; leads: boolean }) {
  const [pending, run] = usePending();
  const turn = (by: number) => {
    const page = place.page + by;
    if (leads) run(() => deeds().ask("ShowDocument", { document: place.document, page }));
    else own.value = { document: place.document, page };
  };
  return (
    <div class="row paper-turn">
      <button type="button" class="button" disabled={place.page <= 1} aria-busy={pending} onClick={() => turn(-1)}>
        {t("Page before")}
      </button>
      <PageNumber place={place} pages={pages} />
      <button type="button" class="button" disabled={pages > 0 && place.page >= pages} aria-busy={pending} onClick={() => turn(1)}>
        {t("Next page")}
      </button>
    </div>
  );
}

function PageNumber({ place, pages }: { place: Place; pages: number }) {
  const said = pages ? t("Page {n} of {all}", { n: place.page, all: pages }) : t("Page {n}", { n: place.page });
  return <span class="number">{said}</span>;
}

export function Showing({ view, mine }: { view: View; mine: Mine }) {
  const place = placeOf(view, own.value);
  if (!place) return null;
  const line = view.documents[place.document];
  const together = view.showing;
  const alone = own.value !== null;
  return (
    <section class="paper" aria-label={t("Document")}>
      <div class="row">
        <div>
          <p class="soft small" aria-live="polite">
            {alone ? t("You read by yourself") : mine.chair ? t("Everybody sees this page") : t("The chair shows this page")}
          </p>
          <h2 class="paper-title">{line?.title ?? ""}</h2>
        </div>
        <div class="row push">
          {alone && together && (
            <button type="button" class="button main" onClick={() => readMyself(null)}>
              {mine.chair ? t("Back to the common page") : t("Follow the chair")}
            </button>
          )}
          {alone && !together && (
            <button type="button" class="button" onClick={() => readMyself(null)}>
              {t("Close")}
            </button>
          )}
          {!alone && !mine.chair && <PageNumber place={place} pages={line?.pages ?? 0} />}
          {!alone && (
            <button type="button" class="button" onClick={() => readMyself(place)}>
              {t("My own page")}
            </button>
          )}
          {alone && mine.chair && (
            <Act name="ShowDocument" fields={{ document: place.document, page: place.page }} done={() => readMyself(null)}>
              {t("Show everybody this page")}
            </Act>
          )}
          {!alone && mine.chair && <Act name="CloseDocument">{t("Put the document away")}</Act>}
        </div>
      </div>
      {(alone || mine.chair) && <Turn place={place} pages={line?.pages ?? 0} leads={mine.chair && !alone} />}
      <Pages place={place} title={line?.title ?? ""} pages={line?.pages ?? 0} />
    </section>
  );
}

// -- The list --------------------------------------------------------------------------------------------------------

function Entry({ id, line }: { id: string; line: DocumentLine }) {
  return (
    <li class="row">
      <span>{line.title}</span>
      <span class="row push">
        <button type="button" class="button" onClick={() => readMyself({ document: id, page: 1 })}>
          {t("Read")}
          <span class="unseen"> {line.title}</span>
        </button>
        {may("ShowDocument") && (
          <Act name="ShowDocument" fields={{ document: id, page: 1 }} done={() => readMyself(null)}>
            {t("Show everybody")}
            <span class="unseen"> {line.title}</span>
          </Act>
        )}
      </span>
    </li>
  );
}

/** The documents of one item; of "" those of the whole meeting. */
export function Documents({ view, item }: { view: View; item: string }) {
  const found = documentsOf(view, item);
  if (found.length === 0) return null;
  return (
    <ul class="paper-list">
      {found.map(([id, line]) => (
        <Entry key={id} id={id} line={line} />
      ))}
    </ul>
  );
}
