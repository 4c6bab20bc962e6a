/** What the view says of documents, read for the eye.  Pure. */
import type { DocumentLine, View } from "../store";

/** A document opened at a page. */
export interface Place {
  document: string;
  page: number;
}

/** The documents of one item in their order; of "" those of the whole meeting. */
export function documentsOf(view: View, item: string): [string, DocumentLine][] {
  const found = Object.entries(view.documents).filter(([, line]) => line.item === item);
  return found.sort(([, one], [, other]) => one.order - other.order);
}

/** What is before the reader: his own page while he reads by himself, else what the chair shows, else nothing. */
export function placeOf(view: View, own: Place | null): Place | null {
  if (own && view.documents[own.document]) return own;
  return view.showing ? { document: view.showing.document, page: view.showing.page } : null;
}
