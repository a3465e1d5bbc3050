// Live notices: what came in for the person signed in, said politely and without a reload.
//
// The server's rows are the truth. A frame on the socket carries only the newest number, `seq`;
// what is newer than `have` is then fetched as an ordinary page would be, so a hint that is
// lost, doubled or late changes nothing. Focus never moves and no row is ever inserted. How much
// is unread is said with each answer and each heartbeat; what is read in one tab the other tabs of
// the browser hear at once.
import { forgetRead } from "./read.js";
import { Tabs } from "./tabs.js";
import { noticeFor } from "./words.js";

const SECOND = 1000;
const SILENCE = 60 * SECOND;
const POLL = 20 * SECOND;
const GRACE = 5 * SECOND;
const ANSWER = 10 * SECOND;
const SPREAD = 25 * SECOND;
const LONGEST_WAIT = 30 * SECOND;
const SIGNED_OUT = [4401, 4403];
const TOO_MANY_PAGES = 4408;
const YOU_ARE_SIGNED_OUT = "You are signed out. Copy what you have typed before you go on.";

/** A delay somewhat shorter or longer, so that a thousand browsers do not return at once. */
const jitter = (delay) => delay * (0.75 + Math.random() * 0.5);

export class LiveNotices {
  constructor(page) {
    const { lastSeq, socketUrl, newsUrl, person } = page.body.dataset;
    this.page = page;
    this.have = Number(lastSeq) || 0;
    this.newest = this.have;
    this.socketUrl = socketUrl;
    this.newsUrl = newsUrl;
    this.arrived = [];
    this.attempts = 0;
    this.stopped = false;
    this.tabs = new Tabs(person, (news) => this.hearTab(news));
  }

  start() {
    this.tabs.open();
    this.tabs.tell({ seq: this.have, unread: this.unread });
    this.connect();
    this.watch = setInterval(() => this.checkSilence(), 5 * SECOND);
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.comeBack());
  }

  // --- the socket ---

  /** Until the server has said something updates are paused, whatever holds the socket up. */
  connect() {
    clearTimeout(this.retry);
    if (this.stopped || this.socket) return;
    this.paused();
    if (!("WebSocket" in window)) return;
    const url = new URL(this.socketUrl, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.heardAt = Date.now();
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.hear(socket, data);
    socket.onclose = ({ code }) => this.closed(socket, code);
  }

  /** The first frame after opening says where the server stands, so that nothing is missed. */
  hear(socket, data) {
    if (socket !== this.socket) return;
    this.heardAt = Date.now();
    this.attempts = 0;
    this.resumed();
    this.learn(JSON.parse(data));
  }

  /** Another tab was opened, or something was read in it. */
  hearTab(news) {
    if (this.stopped) return;
    this.learn(news);
    forgetRead(this.page);
  }

  /** A number that is not ours yet is fetched; otherwise what is unread is known with it. */
  learn({ seq, unread }) {
    this.newest = Math.max(this.newest, seq);
    if (this.newest > this.have) this.fetchNews();
    else if (seq === this.have && unread !== undefined) this.showUnread(unread);
  }

  closed(socket, code) {
    if (socket !== this.socket) return;
    this.socket = undefined;
    if (SIGNED_OUT.includes(code)) return this.stop();
    this.paused();
    if (code === TOO_MANY_PAGES) return; // Newer pages took the places: this one only polls.
    this.retry = setTimeout(() => this.connect(), this.nextWait());
  }

  /** A line mostly breaks for everybody, as the server starts anew: nobody comes back at once. */
  nextWait() {
    const attempt = this.attempts++;
    if (attempt === 0) return Math.random() * SPREAD;
    return jitter(Math.min(LONGEST_WAIT, SECOND * 2 ** attempt));
  }

  /** A socket can be dead without having closed: after a minute of silence, begin again. */
  checkSilence() {
    const { socket } = this;
    if (!socket || Date.now() - this.heardAt < SILENCE) return;
    this.closed(socket, 0);
    socket.close();
  }

  /** Said after a moment only, and while it lasts the page polls. */
  paused() {
    this.grace ??= setTimeout(() => this.say("Live updates paused"), GRACE);
    this.poll ??= setTimeout(() => this.pollOnce(), jitter(POLL));
  }

  resumed() {
    if (this.poll === undefined) return;
    clearTimeout(this.poll);
    clearTimeout(this.grace);
    this.poll = this.grace = undefined;
    this.say("");
  }

  async pollOnce() {
    this.newest = Infinity; // Nobody said how much there is: ask until nothing comes.
    await this.fetchNews();
    this.newest = this.have;
    if (this.stopped || this.poll === undefined) return;
    this.poll = setTimeout(() => this.pollOnce(), jitter(POLL));
  }

  // --- the news ---

  /** One request at a time, until what the server spoke of is here or nothing more comes. */
  async fetchNews() {
    if (this.fetching) return;
    this.fetching = true;
    try {
      let before;
      do {
        before = this.have;
        await this.fetchOnce();
      } while (before < this.have && this.have < this.newest && !this.stopped);
    } finally {
      this.fetching = false;
    }
  }

  async fetchOnce() {
    let response;
    try {
      response = await fetch(`${this.newsUrl}${this.have}`, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        redirect: "manual",
        // On a line that died while the laptop slept no answer comes, nor word of it.
        signal: AbortSignal.timeout?.(ANSWER),
      });
    } catch {
      return; // The network is away, or says nothing: the next heartbeat or poll asks again.
    }
    // Sent to the sign-in page, or refused: the session has ended.
    if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) {
      return this.stop();
    }
    if (response.ok) this.receive(await response.json());
  }

  receive({ notifications, unread }) {
    this.showUnread(unread);
    const fresh = notifications.filter(({ seq }) => seq > this.have);
    if (!fresh.length) return;
    this.have = Math.max(...fresh.map(({ seq }) => seq));
    const announced = fresh.filter(({ live }) => live !== false);
    if (!announced.length) return; // Its person does not want it said: it is counted alone.
    this.arrived.push(...announced);
    this.announce();
  }

  // --- what the person sees ---

  announce() {
    const { text, href, isWork } = noticeFor(this.arrived);
    const link = this.page.createElement("a");
    link.href = href;
    link.className = "govuk-link";
    link.textContent = "Show";
    this.page.getElementById("live-notice").replaceChildren(`${text}. `, link);
    if (isWork) this.sayWhen();
  }

  /** What a page says of nobody's work waiting was true when it was opened. */
  sayWhen() {
    for (const words of this.page.querySelectorAll("[data-when-opened]")) {
      words.textContent = words.dataset.whenOpened;
    }
  }

  get unread() {
    const badge = this.page.querySelector("[data-unread-count]");
    return Number(badge?.dataset.unreadCount ?? 0);
  }

  showUnread(unread) {
    if (unread === this.unread) return;
    for (const badge of this.page.querySelectorAll("[data-unread-count]")) {
      badge.dataset.unreadCount = unread;
      badge.querySelector("[data-unread-number]").textContent = unread > 99 ? "99+" : unread;
      badge.hidden = unread === 0;
    }
    forgetRead(this.page);
  }

  say(words) {
    this.page.getElementById("live-status").textContent = words;
  }

  // --- coming and going ---

  /** Signed out, perhaps in another tab: say so, and ask nothing more of the server. */
  stop() {
    this.stopped = true;
    this.forget();
    this.page.getElementById("live-notice").replaceChildren();
    this.page.getElementById("live-status").dataset.urgent = "";
    this.say(YOU_ARE_SIGNED_OUT);
  }

  forget() {
    [this.retry, this.poll, this.grace].forEach(clearTimeout);
    this.poll = this.grace = undefined;
    clearInterval(this.watch);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }

  leave() {
    this.forget();
    this.tabs.close();
  }

  /** The browser kept the whole page and shows it again: catch up. */
  comeBack() {
    if (this.stopped) return;
    this.tabs.open();
    this.watch = setInterval(() => this.checkSilence(), 5 * SECOND);
    this.connect();
  }
}
