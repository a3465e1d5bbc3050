// What a live notice says. Tasks lead to the queue, other news to the inbox.

const NEW_WORK = ["task.assigned", "task.waiting"];
/** Whatever else has come, a concern is said first. */
const CONCERN = "concern.";
const GONE = ["task.moved", "task.withdrawn"];

const several = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The words and the address for the notifications that came in since the page was loaded. */
export function noticeFor(notifications) {
  const concern = notifications.findLast(({ event }) => event.startsWith(CONCERN));
  if (concern) return { text: concern.text, href: concern.url, isWork: true };
  const all = notifications.length;
  const work = notifications.filter(({ event }) => NEW_WORK.includes(event)).length;
  const gone = notifications.filter(({ event }) => GONE.includes(event)).length;
  if (work) return withOthers(work, all - work);
  if (gone && gone === all) {
    return { text: `${several(gone, "task")} ${gone === 1 ? "is" : "are"} no longer yours`, href: "/" };
  }
  return { text: several(all, "new notification"), href: "/notifications/" };
}

function withOthers(work, others) {
  const text = several(work, "new task");
  if (!others) return { text, href: "/", isWork: true };
  const also = several(others, "other notification");
  return { text: `${text} and ${also}`, href: "/notifications/", isWork: true };
}
