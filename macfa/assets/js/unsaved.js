// Whoever leaves a page on which they have typed and not sent it is asked first, by the browser.

const TYPED = "form[method=post] textarea, form[method=post] input[type=text]";

/** Ask before text is lost. Sending a form loses nothing of it, but what other forms hold. */
export function startUnsavedWarning(page) {
  let sent = null;
  const isLost = (box) => box.value !== box.defaultValue && box.form !== sent;
  const ask = (event) => [...page.querySelectorAll(TYPED)].some(isLost) && event.preventDefault();
  // Listens only once something is typed: otherwise browsers keep no page for going back to.
  page.addEventListener("input", () => addEventListener("beforeunload", ask));
  page.addEventListener("submit", ({ target }) => {
    sent = target;
  });
  addEventListener("pageshow", () => {
    sent = null;
  });
}
