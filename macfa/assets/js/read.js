// The inbox on an open page: what has been read elsewhere loses its mark. Rows stay where they are.

/** Ask which of the rows are unread still, and take the mark from the others. */
export async function forgetRead(page) {
  const rows = [...page.querySelectorAll("#notifications [data-seq]")].filter(isMarked);
  if (!rows.length) return;
  const still = await unreadAmong(rows);
  rows.filter(({ dataset }) => still && !still.has(dataset.seq)).forEach(unmark);
}

const marks = (row) => [...row.querySelectorAll("[data-unread]")];
const isMarked = (row) => marks(row).length > 0;

/** Focus never moves: a button that somebody is on stays, and does nothing more. */
const unmark = (row) =>
  marks(row)
    .filter((mark) => !mark.contains(mark.ownerDocument.activeElement))
    .forEach((mark) => mark.remove());

/** The inbox of the same kind, from our newest row down: it lists at least all of ours. */
async function unreadAmong(rows) {
  const url = new URL(location.href);
  url.searchParams.set("unread", "1");
  url.searchParams.set("before", Math.max(...rows.map(({ dataset }) => dataset.seq)) + 1);
  try {
    const response = await fetch(url, { cache: "no-store", redirect: "manual" });
    if (!response.ok) return undefined;
    const inbox = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = inbox.querySelectorAll("#notifications [data-seq]");
    return new Set([...found].map(({ dataset }) => dataset.seq));
  } catch {
    return undefined; // The network is away: the marks stay until the page is opened again.
  }
}
