// Two minutes before somebody is signed out for having done nothing they are asked whether they are
// still there. Nothing typed is touched, and what is sent too late comes back on a page of its own.

const SECOND = 1000;
const WARN_BEFORE = 120 * SECOND;
const LOOK = 5 * SECOND;
const ASK_AGAIN = 20 * SECOND;

/** As the server writes it: 10:32pm, in London. */
const clockTime = (time) =>
  new Date(time)
    .toLocaleTimeString("en-GB", {
      hour: "numeric",
      minute: "2-digit",
      hour12: true,
      timeZone: "Europe/London",
    })
    .replace(" ", "");

export class SessionEnd {
  constructor(page) {
    const { sessionLeft, sessionLeftUrl, sessionStayUrl } = page.body.dataset;
    this.page = page;
    this.dialog = page.getElementById("session-ending");
    this.leftUrl = sessionLeftUrl;
    this.stayUrl = sessionStayUrl;
    this.askedAt = 0;
    this.learn(Number(sessionLeft));
  }

  start() {
    this.watch = setInterval(() => this.look(), LOOK);
    this.dialog.querySelector("[data-session-stay]").addEventListener("click", () => this.stay());
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.stay();
    });
  }

  learn(seconds) {
    this.endsAt = Date.now() + seconds * SECOND;
    for (const place of this.page.querySelectorAll("[data-session-time]")) {
      place.textContent = clockTime(this.endsAt);
    }
  }

  get left() {
    return this.endsAt - Date.now();
  }

  /** Another tab may have put the end off: the server is asked before anybody is disturbed. */
  async look() {
    if (this.left > WARN_BEFORE || Date.now() - this.askedAt < ASK_AGAIN) return;
    this.askedAt = Date.now();
    await this.ask(this.leftUrl, "GET");
    this.show();
  }

  async ask(url, method) {
    const token = this.page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    try {
      const answer = await fetch(url, {
        method,
        headers: { Accept: "application/json", "X-CSRFToken": token },
        cache: "no-store",
        redirect: "manual",
      });
      if (answer.ok) return this.learn((await answer.json()).seconds);
      this.learn(0); // Sent to the sign-in page, or refused: the session has ended.
    } catch {
      // The network is away: what is known still holds.
    }
  }

  /** Says what is so: nothing to worry about, about to end, or over. */
  show() {
    const over = this.left <= 0;
    if (this.left > WARN_BEFORE) return this.dialog.open && this.dialog.close();
    this.dialog.dataset.over = over;
    for (const part of this.dialog.querySelectorAll("[data-session-when]")) {
      part.hidden = (part.dataset.sessionWhen === "over") !== over;
    }
    if (!this.dialog.open) this.dialog.showModal();
    if (over) clearInterval(this.watch);
  }

  async stay() {
    if (this.left > 0) await this.ask(this.stayUrl, "POST");
    if (this.left <= 0 && this.dialog.dataset.over === "true") return this.dialog.close();
    this.show();
    // Twelve hours after signing in nothing puts the end off: the dialog has said so.
    if (this.left > 0 && this.dialog.open) this.dialog.close();
  }
}
