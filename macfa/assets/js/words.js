// What a live notice says. Tasks lead to the queue, other news to the inbox.

/** The words and the address for the notifications that came in since the page was loaded. */
export function noticeFor(notifications) {
  const tasks = notifications.every(({ event }) => event.startsWith("task."));
  const noun = tasks ? "task" : "notification";
  const count = notifications.length;
  return {
    text: `${count} new ${noun}${count === 1 ? "" : "s"}`,
    href: tasks ? "/" : "/notifications/",
  };
}
