// Questions that only matter when a choice is made show under that choice. Without scripts they
// all show.

/** Keep what each radio or checkbox shows in step with whether it is chosen. */
export function startReveals(page) {
  for (const group of page.querySelectorAll("[data-reveals]")) {
    const sync = () => showChosen(page, group);
    group.addEventListener("change", sync);
    addEventListener("pageshow", sync);
    sync();
  }
}

function showChosen(page, group) {
  for (const control of group.querySelectorAll("[data-shows]")) {
    const hidden = `${group.dataset.reveals}__conditional--hidden`;
    page.getElementById(control.dataset.shows).classList.toggle(hidden, !control.checked);
  }
}
