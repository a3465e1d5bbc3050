// Runs before the page is drawn, so that nothing jumps when the components start: says that
// scripts run here. Without it every component shows all of its content.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
