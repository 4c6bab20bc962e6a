/** A document on a page of its own: its pages one below another, each drawn when it comes near. */
import { Paper } from "./paper/paper";

const NEAR = "600px";
type Said = { page: string; broken: string };

async function show(frame: HTMLElement): Promise<void> {
  const said = JSON.parse(document.getElementById("said")?.textContent || "{}") as Said;
  const wait = frame.querySelector("[data-wait]");
  try {
    const paper = await Paper.open(frame.dataset.source ?? "", frame.dataset.name ?? "");
    const sheets = Array.from({ length: paper.pages }, (_, at) => sheet(at + 1, paper.pages, said));
    const shape = await paper.shape(1);
    for (const each of sheets) each.canvas.style.aspectRatio = String(1 / shape);
    wait?.remove();
    frame.append(...sheets.map((each) => each.section));
    drawWhenNear(paper, sheets, said);
  } catch {
    if (wait) wait.textContent = said.broken;
  }
}

interface Sheet {
  number: number;
  section: HTMLElement;
  canvas: HTMLCanvasElement;
  text: HTMLElement;
}

function sheet(number: number, all: number, said: Said): Sheet {
  const section = document.createElement("section");
  const label = said.page.replace("{n}", String(number)).replace("{all}", String(all));
  section.className = "paper-sheet";
  section.setAttribute("aria-label", label);
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const text = document.createElement("div");
  text.className = "unseen";
  const foot = document.createElement("p");
  foot.className = "soft small";
  foot.textContent = label;
  section.append(canvas, text, foot);
  return { number, section, canvas, text };
}

function drawWhenNear(paper: Paper, sheets: Sheet[], said: Said): void {
  const by = new Map(sheets.map((each) => [each.section as Element, each]));
  const watch = new IntersectionObserver(
    (seen) => {
      for (const entry of seen) {
        const each = by.get(entry.target);
        if (each) void (entry.isIntersecting ? draw(paper, each, said) : forget(each));
      }
    },
    { rootMargin: NEAR },
  );
  for (const each of sheets) watch.observe(each.section);
}

async function draw(paper: Paper, each: Sheet, said: Said): Promise<void> {
  try {
    each.canvas.style.aspectRatio = String(1 / (await paper.shape(each.number)));
    each.text.textContent = await paper.draw(each.canvas, each.number, each.section.clientWidth);
    each.section.dataset.drawn = "";
  } catch {
    each.text.textContent = said.broken;
  }
}

/** What is far away gives its memory back. */
function forget(each: Sheet): void {
  each.canvas.width = each.canvas.height = 0;
  delete each.section.dataset.drawn;
}

for (const frame of document.querySelectorAll<HTMLElement>("[data-reader]")) void show(frame);
