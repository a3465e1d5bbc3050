// The scripts of every page: the components of GOV.UK Frontend, and live notices for whoever is
// signed in. Every journey works without any of it.
import { initAll } from "./govuk-frontend.min.js";
import { SessionEnd } from "./ending.js";
import { LiveNotices } from "./live.js";
import { startPasskeys } from "./passkeys.js";
import { startReveals } from "./reveal.js";
import { startUnsavedWarning } from "./unsaved.js";

initAll();
startReveals(document);
startUnsavedWarning(document);
startPasskeys(document);

// Whoever came by an e-mailed link has a session that ends, and is shown no notifications.
const { signedIn, sessionLeft } = document.body.dataset;
if (signedIn === "true") new LiveNotices(document).start();
if (sessionLeft !== undefined) new SessionEnd(document).start();
