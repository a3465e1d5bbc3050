// The tabs of one browser tell each other what they know. Where a browser has no such channel,
// each tab learns it from the server a heartbeat later.

export class Tabs {
  /** Those of one person alone: another may have signed in since the older tabs were opened. */
  constructor(person, hear) {
    this.name = `notices-${person}`;
    this.hear = hear;
  }

  open() {
    if (!("BroadcastChannel" in window)) return;
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.hear(data);
  }

  tell(news) {
    this.channel?.postMessage(news);
  }

  /** An open channel would keep the browser from keeping the page. */
  close() {
    this.channel?.close();
    this.channel = undefined;
  }
}
